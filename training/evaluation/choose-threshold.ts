import { PlatformError } from "../../platform/base/errors";
import { formatNumber } from "../../platform/base/format-number";
import type { ThresholdRule } from "../../platform/definition/threshold-rule";
import type { ScoredRows } from "../../platform/metrics/evaluation";
import { rankRows, weighByScore } from "../../platform/metrics/ranks";

/** Rows by what they are and what they are called, or what they weigh. */
interface Counts {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
}

const precisionOf = ({ truePositives, falsePositives }: Counts): number =>
  truePositives / (truePositives + falsePositives);

/** How good a threshold is: more is better; NaN where it may not be taken. */
function worthOf(rule: ThresholdRule, counts: Counts): number {
  const { truePositives, falsePositives, falseNegatives } = counts;
  if (rule === "f1") return (2 * truePositives) / (2 * truePositives + falsePositives + falseNegatives);
  if ("minPrecision" in rule) {
    return precisionOf(counts) >= rule.minPrecision ? truePositives / (truePositives + falseNegatives) : NaN;
  }
  return -(rule.falsePositive * falsePositives + rule.falseNegative * falseNegatives);
}

/** A number from `low` on and below `high`, midway where there is one. */
function between(low: number, high: number): number {
  const middle = low + (high - low) / 2;
  return middle < high ? middle : low;
}

/** A threshold with what it makes of the rows. */
interface Candidate {
  readonly threshold: number;
  readonly counts: Counts;
}

/** Each way to part rows of two classes by their probability, from none called positive to all. */
function* candidatesOf(rows: ScoredRows): Generator<Candidate> {
  const ranked = rankRows(rows);
  const { scores } = ranked;
  const { negative, positive } = weighByScore(ranked, rows.actual, rows.weights);
  let [truePositives, falsePositives] = [0, 0];
  let falseNegatives = positive.reduce((sum, weight) => sum + weight, 0);
  for (let rank = scores.length; rank >= 0; rank--) {
    if (rank < scores.length) {
      truePositives += positive[rank] ?? 0;
      falseNegatives -= positive[rank] ?? 0;
      falsePositives += negative[rank] ?? 0;
    }
    const [low, high] = [scores[rank - 1] ?? 0, scores[rank] ?? 1];
    // No threshold is below a probability of 0.
    if (rank < scores.length && !(low < high)) continue;
    yield { threshold: between(low, high), counts: { truePositives, falsePositives, falseNegatives } };
  }
}

/**
 * The probability, 0..1, above which a row is called positive, by a rule; rows count by their weights. It lies midway between two
 * probabilities of the rows. Of equally good ones it is the greatest, which calls the fewest rows positive. Throws TRAINING_FAILED
 * where no threshold reaches the precision that is asked for.
 */
export function chooseThreshold(rows: ScoredRows, rule: ThresholdRule): number {
  let best: { readonly threshold: number; readonly worth: number } | undefined;
  let precision = 0;
  for (const { threshold, counts } of candidatesOf(rows)) {
    const worth = worthOf(rule, counts);
    if (worth > (best?.worth ?? -Infinity)) best = { threshold, worth };
    precision = Math.max(precision, precisionOf(counts) || 0);
  }
  if (best !== undefined) return best.threshold;
  const asked = typeof rule === "object" && "minPrecision" in rule ? rule.minPrecision : NaN;
  throw new PlatformError(
    "TRAINING_FAILED",
    `No threshold has a precision of ${asked} on training rows that the model had not seen; the greatest is ${formatNumber(precision)}. Ask for a smaller minPrecision, or give the model features that tell more.`,
  );
}
