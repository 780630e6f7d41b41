import { isPositive, labelsOf } from "./class-labels";
import type { ScoredRows } from "./evaluation";

/** Probabilities are kept this far from 0 and 1 in the log loss, so that one sure mistake costs 34.5 nats, not infinity. */
const minProbability = 1e-15;

/** What terms of rows are made of, and where they are put. */
interface TermRows {
  readonly actual: Float64Array;
  readonly predicted: Float64Array;
  /** Mean of the target over all rows. */
  readonly centre: number;
  /** Two classes: the probability above which a row is called positive. */
  readonly threshold: number | undefined;
  /** The terms of the row that was asked for last. */
  readonly terms: Float64Array;
}

/**
 * A metric as a function of sums over rows. The sums may be weighted, which gives the weighted metric; weights that
 * count how often a row was drawn give the metric of a resample.
 */
export interface SummedMetric {
  /** How many terms a row has. */
  readonly size: number;
  /** Puts the terms of a row, by its position, where they belong. A list of them for each row would cost more than all else. */
  readonly putTerms: (rows: TermRows, row: number) => void;
  /** The metric from the sums of the terms and of the weights; NaN when it is not defined. */
  readonly value: (sums: ArrayLike<number>, weight: number) => number;
}

const mean = (sums: ArrayLike<number>, weight: number): number => sumOf(sums, 0) / weight;

function sumOf(sums: ArrayLike<number>, index: number): number {
  return sums[index] ?? NaN;
}

const at = (values: Float64Array, row: number): number => values[row] ?? NaN;

function putSquare({ actual, predicted, terms }: TermRows, row: number): void {
  terms[0] = (at(predicted, row) - at(actual, row)) ** 2;
}

/** Every metric that is made neither of ranks nor of counts by class. */
export const summedMetrics = {
  rmse: { size: 1, putTerms: putSquare, value: (sums, weight) => Math.sqrt(mean(sums, weight)) },
  mae: {
    size: 1,
    putTerms({ actual, predicted, terms }, row) {
      terms[0] = Math.abs(at(predicted, row) - at(actual, row));
    },
    value: mean,
  },
  r2: {
    size: 3,
    putTerms(rows, row) {
      const { actual, centre, terms } = rows;
      const distance = at(actual, row) - centre;
      putSquare(rows, row);
      terms[1] = distance;
      terms[2] = distance ** 2;
    },
    value: (sums, weight) => {
      const total = sumOf(sums, 2) - sumOf(sums, 1) ** 2 / weight;
      // What is left of a constant target is rounding, not variance.
      return total > 1e-12 * sumOf(sums, 2) ? 1 - sumOf(sums, 0) / total : NaN;
    },
  },
  logLoss: {
    size: 1,
    putTerms({ actual, predicted, terms }, row) {
      const ofActual = at(actual, row) === 1 ? at(predicted, row) : 1 - at(predicted, row);
      terms[0] = -Math.log(Math.min(Math.max(ofActual, minProbability), 1 - minProbability));
    },
    value: mean,
  },
  brier: { size: 1, putTerms: putSquare, value: mean },
  accuracy: {
    size: 1,
    putTerms({ actual, predicted, threshold, terms }, row) {
      terms[0] = isPositive(at(predicted, row), threshold) === (at(actual, row) === 1) ? 1 : 0;
    },
    value: mean,
  },
  f1: {
    size: 2,
    putTerms({ actual, predicted, threshold, terms }, row) {
      const label = isPositive(at(predicted, row), threshold) ? 1 : 0;
      terms[0] = label * at(actual, row);
      terms[1] = label === at(actual, row) ? 0 : 1;
    },
    // With no positive row and none predicted there is neither precision nor recall: 0 / 0.
    value: (sums) => (2 * sumOf(sums, 0)) / (2 * sumOf(sums, 0) + sumOf(sums, 1)),
  },
} as const satisfies Readonly<Record<string, SummedMetric>>;

type SummedName = keyof typeof summedMetrics;

/** Whether a metric is made of sums over rows. */
export const isSummedMetric = (name: string): name is SummedName => Object.hasOwn(summedMetrics, name);

/** The terms of a row, by its position, which are there until another row is asked for; `centre` is the mean of the target. */
export function termsByRow(
  name: SummedName,
  rows: ScoredRows,
  centre: number,
): (row: number) => Float64Array {
  const { size, putTerms }: SummedMetric = summedMetrics[name];
  const { actual, predicted, classes, threshold } = rows;
  const terms = new Float64Array(size);
  const by = { centre, threshold, terms };
  if (classes === undefined) {
    const all = { actual, predicted, ...by };
    return (row) => {
      putTerms(all, row);
      return terms;
    };
  }
  // Of more classes as of two, of which the positive one is the row's.
  const one = { actual: Float64Array.of(1), predicted: new Float64Array(1), ...by };
  const labels = name === "accuracy" ? labelsOf(rows) : undefined;
  return (row) => {
    one.predicted[0] = labels
      ? labels[row] === actual[row]
        ? 1
        : 0
      : (predicted[row * classes + (actual[row] ?? NaN)] ?? NaN);
    putTerms(one, 0);
    return terms;
  };
}
