import { greatestOfRows } from "../base/softmax";
import type { ScoredRows } from "./evaluation";

/** Above which probability a row is called positive, where nothing else was chosen; as in scikit-learn, 0.5 itself is negative. */
export const usualThreshold = 0.5;

/** The label a probability stands for. */
export function isPositive(probability: number, threshold = usualThreshold): boolean {
  return probability > threshold;
}

/** The class that is called: that of the greatest probability, of equal ones the first; of two the positive one above the threshold. */
export function labelsOf({ predicted, classes, threshold }: ScoredRows): Uint32Array {
  if (classes !== undefined) return greatestOfRows(predicted, classes);
  const labels = new Uint32Array(predicted.length);
  for (let row = 0; row < labels.length; row++)
    if (isPositive(predicted[row] ?? NaN, threshold)) labels[row] = 1;
  return labels;
}

/** Rows by class, or what they weigh. */
export interface LabelCounts {
  /** Rows of a class. */
  readonly actual: Float64Array;
  /** Rows that are called so. */
  readonly called: Float64Array;
  /** Rows of a class that are called so. */
  readonly right: Float64Array;
}

export function emptyCounts(classes = 2): LabelCounts {
  return countsIn(new Float64Array(3 * classes));
}

/** Counts that lie one after the other in `values`, three for each class, and change with them. */
export function countsIn(values: Float64Array): LabelCounts {
  const classes = values.length / 3;
  return {
    actual: values.subarray(0, classes),
    called: values.subarray(classes, 2 * classes),
    right: values.subarray(2 * classes),
  };
}

export function countRow(
  { actual, called, right }: LabelCounts,
  { is, label, weight }: { readonly is: number; readonly label: number; readonly weight: number },
): void {
  actual[is] = (actual[is] ?? NaN) + weight;
  called[label] = (called[label] ?? NaN) + weight;
  if (is === label) right[is] = (right[is] ?? NaN) + weight;
}

/** Counts rows by class and label. */
export function countLabels(rows: ScoredRows): LabelCounts {
  const counts = emptyCounts(rows.classes);
  const labels = labelsOf(rows);
  for (let row = 0; row < labels.length; row++) {
    countRow(counts, {
      is: rows.actual[row] ?? NaN,
      label: labels[row] ?? NaN,
      weight: rows.weights?.[row] ?? 1,
    });
  }
  return counts;
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

/** F1 of each class; NaN of one that neither a row has nor is called. */
export function f1ByClass({ actual, called, right }: LabelCounts): Float64Array {
  return right.map((hits, name) => (2 * hits) / ((actual[name] ?? NaN) + (called[name] ?? NaN)));
}

function meanOf(values: Float64Array): number {
  const there = values.filter((value) => !Number.isNaN(value));
  return sum(there) / there.length;
}

const rounding = 1e-14;

/** Matthews' correlation of any number of classes (Gorodkin 2004); 0 where all rows are of one class or called one. */
function correlation({ actual, called, right }: LabelCounts): number {
  const total = sum(actual);
  // In shares, which no number of rows makes too large.
  const [is, as] = [actual, called].map((counts) => counts.map((count) => count / total)) as [
    Float64Array,
    Float64Array,
  ];
  const product = (one: Float64Array, other: Float64Array): number =>
    one.reduce((all, value, name) => all + value * (other[name] ?? NaN), 0);
  const [spreadIs, spreadAs] = [1 - product(is, is), 1 - product(as, as)];
  // What is left of one class alone is rounding.
  if (spreadIs < rounding || spreadAs < rounding) return 0;
  return (sum(right) / total - product(is, as)) / Math.sqrt(spreadIs * spreadAs);
}

/** Metrics of classes and labels; NaN where one is not defined. As scikit-learn's, whose means leave out what is not there. */
export const labelMetrics = {
  balancedAccuracy: ({ actual, right }) => meanOf(right.map((hits, name) => hits / (actual[name] ?? NaN))),
  precision: ({ called, right }) => (right[1] ?? NaN) / (called[1] ?? NaN),
  recall: ({ actual, right }) => (right[1] ?? NaN) / (actual[1] ?? NaN),
  f1Macro: (counts) => meanOf(f1ByClass(counts)),
  f1Weighted: (counts) => {
    const total = sum(counts.actual);
    return f1ByClass(counts).reduce((all, value, name) => {
      const share = (counts.actual[name] ?? NaN) / total;
      return share === 0 ? all : all + share * value;
    }, 0);
  },
  mcc: correlation,
} as const satisfies Readonly<Record<string, (counts: LabelCounts) => number>>;

export type LabelMetric = keyof typeof labelMetrics;

/** Whether a metric is made of counts by class and label. */
export const isLabelMetric = (name: string): name is LabelMetric => Object.hasOwn(labelMetrics, name);
