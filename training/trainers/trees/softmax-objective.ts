import { unseenLogit } from "../unseen-class";
import { pick, type Objective } from "./objective";
import type { Targets } from "./losses";

/**
 * The negative log-likelihood of more than two classes, by the softmax of a sum for each; targets are positions of classes. Second
 * derivatives are p (1 − p) of each class by itself, as scikit-learn has them. A class without training rows has a sum of its own
 * that makes its probability next to nothing.
 */
export function softmaxObjective(classes: number, { target, weights }: Targets): Objective {
  const weightOf = (row: number): number => (weights === undefined ? 1 : (weights[row] ?? NaN));
  /** ln Σ exp(sum), by row. */
  const logTotals = new Float64Array(target.length);
  const logTotal = (sums: readonly Float64Array[], row: number): number => {
    let max = -Infinity;
    for (const sum of sums) max = Math.max(max, sum[row] ?? NaN);
    let total = 0;
    for (const sum of sums) total += Math.exp((sum[row] ?? NaN) - max);
    return max + Math.log(total);
  };
  return {
    isConstant: false,
    bases(training) {
      const shares = new Float64Array(classes);
      const rowWeights = weights && pick(weights, training);
      pick(target, training).forEach((name, row) => {
        shares[name] = (shares[name] ?? NaN) + (rowWeights === undefined ? 1 : (rowWeights[row] ?? NaN));
      });
      const logs = Array.from(shares, Math.log);
      const seen = logs.filter(Number.isFinite);
      const mean = seen.reduce((sum, value) => sum + value, 0) / seen.length;
      return logs.map((value) => (Number.isFinite(value) ? value - mean : unseenLogit));
    },
    begin(sums) {
      for (let row = 0; row < logTotals.length; row++) logTotals[row] = logTotal(sums, row);
    },
    derive(output, sums, { gradients, hessians }) {
      const sum = sums[output] ?? new Float64Array();
      for (let row = 0; row < sum.length; row++) {
        const probability = Math.exp((sum[row] ?? NaN) - (logTotals[row] ?? NaN));
        const weight = weightOf(row);
        gradients[row] = weight * (target[row] === output ? probability - 1 : probability);
        if (hessians) hessians[row] = weight * probability * (1 - probability);
      }
    },
    meanLoss(sums, rows) {
      let [loss, total] = [0, 0];
      for (const row of rows) {
        const own = sums[target[row] ?? -1]?.[row] ?? NaN;
        loss += weightOf(row) * (logTotal(sums, row) - own);
        total += weightOf(row);
      }
      return loss / total;
    },
  };
}
