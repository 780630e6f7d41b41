import type { ScoredRows } from "./evaluation";
import { intervalAround, type PredictionInterval } from "./prediction-interval";

/** The share of rows, 0..1, by their weights, whose target lies in the interval of its prediction; NaN without rows. */
export function coverageOf({ actual, predicted, weights }: ScoredRows, interval: PredictionInterval): number {
  let [within, total] = [0, 0];
  for (let row = 0; row < actual.length; row++) {
    const weight = weights?.[row] ?? 1;
    const target = actual[row] ?? NaN;
    const [least, greatest] = intervalAround(predicted[row] ?? NaN, interval);
    if (least <= target && target <= greatest) within += weight;
    total += weight;
  }
  return within / total;
}
