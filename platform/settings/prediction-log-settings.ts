import { z } from "zod";
import { isAddress } from "../http/address";

/** "0.25" as a fraction from 0 to 1. */
export const fractionText = z
  .string()
  .regex(/^(0(\.\d{1,9})?|1(\.0{1,9})?)$/)
  .transform(Number);

/** "name,full address" as a list. */
export const namesText = z
  .string()
  .transform((text) => text.split(",").map((name) => name.trim()))
  .refine((names) => names.every((name) => name !== ""));

/** "30" as a number of days. */
export const daysText = z
  .string()
  .regex(/^[1-9]\d{0,4}$/)
  .transform(Number);

/** What in the settings of the prediction log does not go together, in sentences. */
export function predictionLogFaults(settings: {
  readonly predictionLog?: string | undefined;
  readonly predictionLogDays?: number | undefined;
}): string[] {
  const { predictionLog, predictionLogDays } = settings;
  if (predictionLogDays === undefined || predictionLog === undefined || !isAddress(predictionLog)) return [];
  return [
    "MLOPS_PREDICTION_LOG_DAYS is for a folder, and MLOPS_PREDICTION_LOG is an address. Unset it, and give the storage account a lifecycle rule.",
  ];
}
