/*
 * Sums in the order of the numbers, in loops of their own: where a loop may also take a whole number, as a weight of 1, V8 makes an
 * object of each sum on the way.
 */

export function sumOf(values: Float64Array): number {
  let sum = 0;
  for (let row = 0; row < values.length; row++) sum += values[row] ?? NaN;
  return sum;
}

/** The sum of weight × value; there are as many weights as values. */
export function weightedSum(values: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let row = 0; row < values.length; row++) sum += (weights[row] ?? NaN) * (values[row] ?? NaN);
  return sum;
}

/** The sum of weight × value; a missing number counts as `instead`. Without weights each counts 1. */
export function sumWithout(
  missing: { readonly instead: number },
  values: Float64Array,
  weights?: Float64Array,
): number {
  const { instead } = missing;
  let sum = 0;
  if (weights) {
    for (let row = 0; row < values.length; row++) {
      const value = values[row] ?? NaN;
      sum += (weights[row] ?? NaN) * (value === value ? value : instead);
    }
    return sum;
  }
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? NaN;
    sum += value === value ? value : instead;
  }
  return sum;
}
