import type { ScoredRows } from "./evaluation";

/** The share of rows, 0..1, by their weights, whose target is within `margin` of its prediction; NaN without rows. */
export function coverageOf({ actual, predicted, weights }: ScoredRows, margin: number): number {
  let [within, total] = [0, 0];
  for (let row = 0; row < actual.length; row++) {
    const weight = weights?.[row] ?? 1;
    if (Math.abs((actual[row] ?? NaN) - (predicted[row] ?? NaN)) <= margin) within += weight;
    total += weight;
  }
  return within / total;
}
