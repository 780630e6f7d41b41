import type { ScoredRows } from "../../../platform/metrics/evaluation";

/** Scored rows from plain lists. */
export function scored(
  actual: readonly number[],
  predicted: readonly number[],
  weights?: readonly number[],
): ScoredRows {
  return {
    actual: Float64Array.from(actual),
    predicted: Float64Array.from(predicted),
    ...(weights && { weights: Float64Array.from(weights) }),
  };
}
