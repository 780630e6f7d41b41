import type { ScoredRows } from "./evaluation";

/** The rows at the given positions, in their order. */
export function pickRows(
  { actual, predicted, weights }: ScoredRows,
  positions: readonly number[],
): ScoredRows {
  const those = (values: Float64Array): Float64Array =>
    Float64Array.from(positions, (position) => values[position] ?? NaN);
  return {
    actual: those(actual),
    predicted: those(predicted),
    ...(weights && { weights: those(weights) }),
  };
}
