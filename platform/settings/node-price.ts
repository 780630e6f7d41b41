import { z } from "zod";
import { variable } from "./variable";

/** What an hour of one training node costs. */
export interface NodePrice {
  readonly perHour: number;
  /** ISO 4217, as it was given. */
  readonly currency: string;
}

const priceText = z
  .string()
  .regex(/^\d{1,6}(\.\d{1,6})? [A-Z]{3}$/)
  .transform((text): NodePrice => {
    const [amount = "", currency = ""] = text.split(" ");
    return { perHour: Number(amount), currency };
  });

/** Costs of trainings are shown by it; without it, none are: what Azure asks depends on size, region, contract and priority. */
export const nodePrice = variable(
  "MLOPS_NODE_PRICE",
  priceText.optional(),
  "the price of an hour of one training node with its currency, such as 0.25 EUR",
);
