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

/** A list many times over: enough rows that what they show is no chance. */
export function repeated<T>(values: readonly T[], times: number): T[] {
  return Array.from({ length: times }, () => values).flat();
}
