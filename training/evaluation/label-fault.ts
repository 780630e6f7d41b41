import { isPositive, usualThreshold } from "../../platform/metrics/class-labels";
import { greatestOfRows } from "../../platform/base/softmax";
import type { ClassNames } from "../../platform/definition/class-names";
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
  { prediction, probability, probabilities }: Predictions,
): string | undefined {
  const { classes } = target;
  if (classes === undefined) return undefined;
  if (probabilities !== undefined) return faultOfSeveral(classes, prediction, probabilities);
  if (probability === undefined) return undefined;
  const [negative, positive] = classes;
  const { threshold = usualThreshold } = target;
  for (let row = 0; row < prediction.length; row++) {
    const [label, chance] = [prediction[row] ?? NaN, probability[row] ?? NaN];
    if (label !== negative && label !== positive) {
      return `it predicts ${String(label)}, which is none of the two classes ${negative} and ${positive}`;
    }
    if (Math.abs(chance - threshold) > tie && (label === positive) !== isPositive(chance, threshold)) {
      return `it predicts ${label} where its probability of ${positive} is ${chance}; ${positive} is what is predicted above ${threshold}`;
    }
  }
  return undefined;
}

/** Probabilities of the classes of a row add up to 1, but for rounding to 32 bits. */
const sumTolerance = 1e-4;

function faultOfSeveral(
  classes: ClassNames,
  prediction: Predictions["prediction"],
  probabilities: Float64Array,
): string | undefined {
  const width = classes.length;
  const greatest = greatestOfRows(probabilities, width);
  for (let row = 0; row < prediction.length; row++) {
    const own = probabilities.subarray(row * width, (row + 1) * width);
    const label = prediction[row] ?? NaN;
    const called = classes.indexOf(label);
    if (called < 0) return `it predicts ${String(label)}, which is none of the classes ${classes.join(", ")}`;
    const sum = own.reduce((total, value) => total + value, 0);
    if (!(Math.abs(sum - 1) <= sumTolerance))
      return `the probabilities of the classes add up to ${sum} in a row; 1 is expected`;
    const best = greatest[row] ?? 0;
    const [most = NaN, its = NaN] = [own[best], own[called]];
    if (most - its > tie) {
      return `it predicts ${label}, whose probability is ${its}, where that of ${classes[best]} is ${most}; the class of the greatest one is what is predicted`;
    }
  }
  return undefined;
}
