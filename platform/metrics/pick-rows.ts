import type { ScoredRows } from "./evaluation";

/** The rows at the given positions, in their order. */
export function pickRows(
  { actual, predicted, weights, ...others }: ScoredRows,
  positions: readonly number[],
): ScoredRows {
  const { classes } = others;
  const those = (values: Float64Array): Float64Array =>
    Float64Array.from(positions, (position) => values[position] ?? NaN);
  return {
    actual: those(actual),
    predicted: classes === undefined ? those(predicted) : linesOf(predicted, positions, classes),
    ...(weights && { weights: those(weights) }),
    ...others,
  };
}

function linesOf(values: Float64Array, positions: readonly number[], width: number): Float64Array {
  const picked = new Float64Array(positions.length * width);
  positions.forEach((position, index) => {
    picked.set(values.subarray(position * width, (position + 1) * width), index * width);
  });
  return picked;
}
