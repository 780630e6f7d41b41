import { isPositive, labelsOf } from "./class-labels";
import type { ScoredRows } from "./evaluation";

/** Probabilities are kept this far from 0 and 1 in the log loss, so that one sure mistake costs 34.5 nats, not infinity. */
const minProbability = 1e-15;

/** What terms of rows are seen from. */
interface Bearings {
  /** Mean of the target over all rows. */
  readonly centre: number;
  /** Two classes: the probability above which a row is called positive. */
  readonly threshold: number | undefined;
}

/**
 * A metric as a function of sums over rows. The sums may be weighted, which gives the weighted metric; weights that
 * count how often a row was drawn give the metric of a resample.
 */
export interface SummedMetric {
  /** Terms of a row. */
  readonly terms: (actual: number, predicted: number, by: Bearings) => readonly number[];
  /** The metric from the sums of the terms and of the weights; NaN when it is not defined. */
  readonly value: (sums: ArrayLike<number>, weight: number) => number;
}

const mean = (sums: ArrayLike<number>, weight: number): number => sumOf(sums, 0) / weight;

function sumOf(sums: ArrayLike<number>, index: number): number {
  return sums[index] ?? NaN;
}

/** Every metric that is made neither of ranks nor of counts by class. */
export const summedMetrics = {
  rmse: {
    terms: (actual, predicted) => [(predicted - actual) ** 2],
    value: (sums, weight) => Math.sqrt(mean(sums, weight)),
  },
  mae: { terms: (actual, predicted) => [Math.abs(predicted - actual)], value: mean },
  r2: {
    terms: (actual, predicted, { centre }) => [
      (predicted - actual) ** 2,
      actual - centre,
      (actual - centre) ** 2,
    ],
    value: (sums, weight) => {
      const total = sumOf(sums, 2) - sumOf(sums, 1) ** 2 / weight;
      // What is left of a constant target is rounding, not variance.
      return total > 1e-12 * sumOf(sums, 2) ? 1 - sumOf(sums, 0) / total : NaN;
    },
  },
  logLoss: {
    terms: (actual, predicted) => {
      const ofActual = actual === 1 ? predicted : 1 - predicted;
      return [-Math.log(Math.min(Math.max(ofActual, minProbability), 1 - minProbability))];
    },
    value: mean,
  },
  brier: { terms: (actual, predicted) => [(predicted - actual) ** 2], value: mean },
  accuracy: {
    terms: (actual, predicted, { threshold }) => [
      isPositive(predicted, threshold) === (actual === 1) ? 1 : 0,
    ],
    value: mean,
  },
  f1: {
    terms: (actual, predicted, { threshold }) => {
      const label = isPositive(predicted, threshold) ? 1 : 0;
      return [label * actual, label === actual ? 0 : 1];
    },
    // With no positive row and none predicted there is neither precision nor recall: 0 / 0.
    value: (sums) => (2 * sumOf(sums, 0)) / (2 * sumOf(sums, 0) + sumOf(sums, 1)),
  },
} as const satisfies Readonly<Record<string, SummedMetric>>;

type SummedName = keyof typeof summedMetrics;

/** Whether a metric is made of sums over rows. */
export const isSummedMetric = (name: string): name is SummedName => Object.hasOwn(summedMetrics, name);

/** The terms of a row, by its position; `centre` is the mean of the target. */
export function termsByRow(
  name: SummedName,
  rows: ScoredRows,
  centre: number,
): (row: number) => readonly number[] {
  const { terms }: SummedMetric = summedMetrics[name];
  const { actual, predicted, classes, threshold } = rows;
  const by = { centre, threshold };
  if (classes === undefined) return (row) => terms(actual[row] ?? NaN, predicted[row] ?? NaN, by);
  // Of more classes as of two, of which the positive one is the row's.
  if (name !== "accuracy")
    return (row) => terms(1, predicted[row * classes + (actual[row] ?? NaN)] ?? NaN, by);
  const labels = labelsOf(rows);
  return (row) => terms(1, labels[row] === actual[row] ? 1 : 0, by);
}
