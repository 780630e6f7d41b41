import { z } from "zod";
import { closedObject } from "./closed-object";

const expected =
  'Expected "f1", the costs of wrong answers such as { falsePositive: 1, falseNegative: 10 }, or { minPrecision: 0.8 }';

/**
 * By which rule the probability is chosen above which a row is called positive: the greatest F1; the least cost, given what a row
 * costs that is called positive and is not, and one that is positive and not called so, in any unit; or the greatest recall among
 * those whose precision is at least so much, 0..1.
 */
export const thresholdRuleSchema = z
  .union(
    [
      z.literal("f1"),
      closedObject({ falsePositive: z.number().positive(), falseNegative: z.number().positive() }),
      closedObject({ minPrecision: z.number().gt(0).max(1) }),
    ],
    { error: expected },
  )
  .optional();

export type ThresholdRule = NonNullable<z.output<typeof thresholdRuleSchema>>;
