/** Values in rising order, with what each counts. */
export interface Distribution {
  readonly values: Float64Array;
  /**
   * The inverse of the distribution function, the mean of two neighbours where it is flat (numpy's
   * `averaged_inverted_cdf`): a value of weight 2 counts as two, and that of 0.5 is the median. NaN without values.
   */
  readonly quantile: (q: number) => number;
}

/** The distribution of numbers, none of them NaN; without weights all count the same, and weight 0 is left out. */
export function distributionOf(values: Float64Array, weights?: Float64Array): Distribution {
  if (weights === undefined) {
    const sorted = values.toSorted();
    const { length } = sorted;
    return { values: sorted, quantile: (q) => inverse(sorted, (position) => position + 1, q * length) };
  }
  const order = Array.from(values.keys())
    .filter((index) => (weights[index] ?? 0) > 0)
    .sort((a, b) => (values[a] ?? NaN) - (values[b] ?? NaN));
  const sorted = Float64Array.from(order, (index) => values[index] ?? NaN);
  let total = 0;
  const sums = Float64Array.from(order, (index) => (total += weights[index] ?? 0));
  return { values: sorted, quantile: (q) => inverse(sorted, (position) => sums[position] ?? NaN, q * total) };
}

/** Sums this near to each other, relative to them, differ by rounding. */
const rounding = 1e-13;

/** The first value whose weight with all before it reaches `sum`. */
function inverse(sorted: Float64Array, sumAt: (position: number) => number, sum: number): number {
  const wanted = sum * (1 - rounding);
  let [low, high] = [0, sorted.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sumAt(middle) >= wanted) high = middle;
    else low = middle + 1;
  }
  const value = sorted[low] ?? NaN;
  return sumAt(low) <= sum * (1 + rounding) && low + 1 < sorted.length
    ? (value + (sorted[low + 1] ?? NaN)) / 2
    : value;
}
