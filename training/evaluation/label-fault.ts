import { isPositive } from "../../platform/metrics/metric-terms";
import type { Signature } from "../../platform/model/signature";
import type { Predictions } from "../../platform/model/table";

/** Nearer to the threshold than this, rounding to 32 bits decides which class a program names. */
const tie = 1e-6;

/**
 * What is wrong with the labels of a classification, in a clause; undefined when nothing is. The metrics are made of the
 * probabilities and callers are given the labels: where the two are not of one mind, what is released is not what was measured.
 */
export function findLabelFault(
  { target }: Pick<Signature, "target">,
  { prediction, probability }: Predictions,
): string | undefined {
  if (target.classes === undefined || probability === undefined) return undefined;
  const [negative, positive] = target.classes;
  for (let row = 0; row < prediction.length; row++) {
    const [label, chance] = [prediction[row] ?? NaN, probability[row] ?? NaN];
    if (label !== negative && label !== positive) {
      return `it predicts ${String(label)}, which is none of the two classes ${negative} and ${positive}`;
    }
    if (Math.abs(chance - 0.5) > tie && (label === positive) !== isPositive(chance)) {
      return `it predicts ${label} where its probability of ${positive} is ${chance}; ${positive} is what is predicted above 0.5`;
    }
  }
  return undefined;
}
