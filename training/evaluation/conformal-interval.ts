import { PlatformError } from "../../platform/base/errors";
import type { ScoredRows } from "../../platform/metrics/evaluation";
import type { PredictionInterval } from "../../platform/metrics/prediction-interval";

/** What tells how far a prediction is off: a difference to the target, or a ratio, where both are above 0. */
export type ErrorScale = "difference" | "ratio";

/**
 * Which targets are to be expected around a prediction, with the probability `coverage` (0..1): those no further away than the conformal
 * quantile of the distances of rows that the model has not seen (Vovk, Gammerman and Shafer 2005; Lei et al., JASA 113, 2018). Of n rows
 * of equal weight it is the ceil((n + 1) × coverage)-th smallest distance; rows count by their weights. Throws TRAINING_FAILED where the
 * rows are too few for that coverage.
 */
export function conformalInterval(
  { actual, predicted, weights }: ScoredRows,
  { coverage, scale }: { readonly coverage: number; readonly scale: ErrorScale },
): PredictionInterval {
  const isRatio = scale === "ratio";
  const sized = (value: number): number => (isRatio ? Math.log(value) : value);
  const distances = Array.from(actual, (value, row) => ({
    distance: Math.abs(sized(value) - sized(predicted[row] ?? NaN)),
    weight: weights?.[row] ?? 1,
  })).sort((one, other) => one.distance - other.distance);
  const total = distances.reduce((sum, { weight }) => sum + weight, 0);
  // The row that is asked about is one more, and may lie further away than all others.
  const needed = coverage * (total + total / distances.length);
  let within = 0;
  for (const { distance, weight } of distances) {
    within += weight;
    // Sums of weights are exact where these are whole numbers, but the product is not.
    if (within >= needed * (1 - 1e-12)) {
      return isRatio ? { coverage, factor: Math.exp(distance) } : { coverage, margin: distance };
    }
  }
  const least = Math.ceil(coverage / (1 - coverage) - 1e-9);
  throw new PlatformError(
    "TRAINING_FAILED",
    `There are ${distances.length} training rows to tell how far predictions may be off, and intervals with a coverage of ${coverage} need ${least} or more. Give more rows, or ask for a smaller coverage.`,
  );
}
