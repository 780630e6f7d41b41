import { z } from "zod";
import { closedObject } from "./closed-object";
import { quoted } from "../base/wording";

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

/** Trainers whose probabilities are not known before a program has run. */
const programs: readonly string[] = ["command", "python"];

/** What is wrong with a rule for a threshold, for this task, these classes and this trainer. */
export function thresholdFaults(
  rule: ThresholdRule | undefined,
  {
    task,
    classes,
    trainer,
  }: {
    readonly task: string;
    readonly classes: readonly unknown[];
    readonly trainer: { readonly kind: string };
  },
): string[] {
  if (rule === undefined) return [];
  const faults: string[] = [];
  if (task !== "classification") {
    faults.push("threshold is for a classification, as a regression calls nothing positive; leave it out");
  } else if (classes.length > 2) {
    faults.push(
      `threshold is for two classes; of ${classes.length}, the one with the greatest probability is predicted. Leave it out`,
    );
  }
  if (programs.includes(trainer.kind)) {
    faults.push(
      `threshold is not for a trainer of the kind ${quoted([trainer.kind])}, whose program decides what is predicted; use logistic or boosted-trees, or leave it out`,
    );
  }
  return faults;
}
