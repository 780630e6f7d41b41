/** Looked up once: a global takes longer to find than to call where a program runs in a context of its own, as tests do. */
const { exp } = Math;

/** Makes of the sums of rows, `width` each, the probabilities of as many classes, in place: exp(sum) by the sum of all of them. */
export function softmaxRows(sums: Float64Array, width: number): void {
  for (let start = 0; start < sums.length; start += width) {
    let max = -Infinity;
    for (let at = start; at < start + width; at++) {
      const value = sums[at] ?? NaN;
      if (value > max) max = value;
    }
    let total = 0;
    for (let at = start; at < start + width; at++) {
      // exp of what is not positive: nothing overflows.
      const value = exp((sums[at] ?? NaN) - max);
      sums[at] = value;
      total += value;
    }
    for (let at = start; at < start + width; at++) sums[at] = (sums[at] ?? NaN) / total;
  }
}

/** The position of the greatest of each row's numbers, of equal ones the first: what ONNX's ArgMax gives. */
export function greatestOfRows(values: Float64Array, width: number): Uint32Array {
  return new Uint32Array(values.length / width).map((_, row) => {
    const start = row * width;
    let best = 0;
    for (let place = 1; place < width; place++) {
      if ((values[start + place] ?? NaN) > (values[start + best] ?? NaN)) best = place;
    }
    return best;
  });
}
