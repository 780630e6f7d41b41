/** Rows of a block. */
export interface SeenRows {
  /** Position of each row's class among those of the predictors; below 0 of a class that is not among them. */
  readonly is: ArrayLike<number>;
  readonly weights: Float64Array;
}

/** Looked up once: each look-up in a realm of its own, such as a test's, costs more than the arithmetic around it. */
const { exp, log } = Math;

/**
 * Makes linear predictors, by class and row, the weighted residuals of their probabilities (softmax) in place, and returns the weighted
 * negative log-likelihood of the rows. Class by class: each loop goes through memory once, in its order.
 */
export function toResiduals(predictors: readonly Float64Array[], { is, weights }: SeenRows): number {
  const rows = weights.length;
  const [greatest, totals] = [new Float64Array(rows).fill(-Infinity), new Float64Array(rows)];
  const own = Float64Array.from(weights, (_, row) => predictors[is[row] ?? -1]?.[row] ?? NaN);
  for (const values of predictors) {
    for (let row = 0; row < rows; row++) {
      const value = values[row] ?? NaN;
      if (value > (greatest[row] ?? NaN)) greatest[row] = value;
    }
  }
  for (const values of predictors) {
    for (let row = 0; row < rows; row++) {
      const part = exp((values[row] ?? NaN) - (greatest[row] ?? NaN));
      values[row] = part;
      totals[row] = (totals[row] ?? NaN) + part;
    }
  }
  predictors.forEach((values, name) => {
    for (let row = 0; row < rows; row++) {
      const probability = (values[row] ?? NaN) / (totals[row] ?? NaN);
      values[row] = (weights[row] ?? NaN) * (probability - (is[row] === name ? 1 : 0));
    }
  });
  let value = 0;
  for (let row = 0; row < rows; row++) {
    const likelihood = (greatest[row] ?? NaN) + log(totals[row] ?? NaN) - (own[row] ?? NaN);
    value += (weights[row] ?? NaN) * likelihood;
  }
  return value;
}
