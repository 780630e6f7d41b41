import { z } from "zod";
import { closedObject } from "./closed-object";

const fraction = z.number().min(0).max(1);

/** What data has to be like to be trained on. */
export const checksSchema = closedObject({
  minRows: z.number().int().min(1).default(50),
  /** Largest share of missing values in a nullable column, 0..1. */
  maxMissing: fraction.default(0.5),
  /** Largest share of rows that repeat another row, 0..1. */
  maxDuplicates: fraction.default(0.1),
  /** Population stability index against the champion's rows above which data is of another population. */
  maxPsi: z.number().positive().default(1),
  /** How far a median may move, in the champion's spread between quartiles, and by which factor that may change. */
  maxShift: z.number().min(1).default(3),
  /** How many times as far from the median as any of the champion's rows a value may lie. */
  maxReach: z.number().min(1).default(50),
  /** Columns that move by nature, such as years and counters: they are not refused for that. */
  mayMove: z.array(z.string()).default([]),
});
