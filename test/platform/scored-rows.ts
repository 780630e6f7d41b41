import type { ScoredRows } from "../../platform/evaluation";

/** Scored rows from plain lists. */
export function scored(actual: readonly number[], predicted: readonly number[]): ScoredRows {
  return { actual: Float64Array.from(actual), predicted: Float64Array.from(predicted) };
}
