import { PlatformError } from "../../platform/base/errors";
import type { ScoredRows } from "../../platform/metrics/evaluation";

/**
 * How far a target lies from its prediction at most, with the probability `coverage` (0..1), in units of the target: the conformal
 * quantile of the distances of rows that the model has not seen (Vovk, Gammerman and Shafer 2005; Lei et al., JASA 113, 2018). Of n rows
 * of equal weight it is the ceil((n + 1) × coverage)-th smallest distance; rows count by their weights. Throws TRAINING_FAILED where the
 * rows are too few for that coverage.
 */
export function conformalMargin({ actual, predicted, weights }: ScoredRows, coverage: number): number {
  const distances = Array.from(actual, (value, row) => ({
    distance: Math.abs(value - (predicted[row] ?? NaN)),
    weight: weights?.[row] ?? 1,
  })).sort((one, other) => one.distance - other.distance);
  const total = distances.reduce((sum, { weight }) => sum + weight, 0);
  // The row that is asked about is one more, and may lie further away than all others.
  const needed = coverage * (total + total / distances.length);
  let within = 0;
  for (const { distance, weight } of distances) {
    within += weight;
    // Sums of weights are exact where these are whole numbers, but the product is not.
    if (within >= needed * (1 - 1e-12)) return distance;
  }
  const least = Math.ceil(coverage / (1 - coverage) - 1e-9);
  throw new PlatformError(
    "TRAINING_FAILED",
    `There are ${distances.length} training rows to tell how far predictions may be off, and intervals with a coverage of ${coverage} need ${least} or more. Give more rows, or ask for a smaller coverage.`,
  );
}
