import type { Derivatives } from "./histogram";
import type { Loss, Targets } from "./losses";

/** Some of the values, by their rows. */
export function pick(values: Float64Array, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (row) => values[row] ?? NaN);
}

/** What boosting makes small: a function of each row's target and its sums of trees, one for each output. */
export interface Objective {
  /** The best constant sum of each output on some rows. */
  bases(training: Int32Array): number[];
  /** Whether the second derivatives are 1 for every row. */
  readonly isConstant: boolean;
  /** Sees the sums before the trees of a round: the derivatives of all outputs are taken there. */
  begin(sums: readonly Float64Array[]): void;
  /** The derivatives by one output's sum. */
  derive(output: number, sums: readonly Float64Array[], into: Derivatives): void;
  /** The mean loss of some rows, by their weights. */
  meanLoss(sums: readonly Float64Array[], rows: Int32Array): number;
}

/** The objective of a loss with one sum. */
export function objectiveOf(loss: Loss, { target, weights }: Targets): Objective {
  const { gradient, hessian, value } = loss;
  return {
    isConstant: hessian === undefined && weights === undefined,
    bases: (training) => [
      loss.base({ target: pick(target, training), weights: weights && pick(weights, training) }),
    ],
    begin: () => undefined,
    derive(_output, [raw = new Float64Array()], { gradients, hessians }) {
      for (let row = 0; row < raw.length; row++) {
        const slope = gradient(target[row] ?? NaN, raw[row] ?? NaN);
        const weight = weights === undefined ? 1 : (weights[row] ?? NaN);
        gradients[row] = weight * slope;
        if (hessians)
          hessians[row] = weight * (hessian === undefined ? 1 : hessian(target[row] ?? NaN, slope));
      }
    },
    meanLoss([raw = new Float64Array()], rows) {
      let [sum, total] = [0, 0];
      for (const row of rows) {
        const weight = weights === undefined ? 1 : (weights[row] ?? NaN);
        sum += weight * value(target[row] ?? NaN, raw[row] ?? NaN);
        total += weight;
      }
      return sum / total;
    },
  };
}
