import { distributionOf, type Distribution } from "./distribution";

/** Bins of a feature. A number's are 0 to 254 in rising order and 255 for missing; a category's are its codes less 1. */
export const binCount = 256;
/** Most bins of numbers that are there. */
const maxValueBins = 255;
/** Values of a category that have a bin of their own. */
export const maxCategories = binCount - 1;
/** The bin of a missing number. */
export const missingNumber = 255;
/** The bin of a category that is missing or other than those known. */
const otherBin = 0;

/** A feature's way into bins. */
export interface BinnedFeature {
  readonly kind: "number" | "category";
  /** Number: values up to the first threshold are in bin 0, and so on. */
  readonly thresholds: Float64Array;
  /** Bins in use, without that of missing numbers. */
  readonly bins: number;
  /** Whether values of the rows are missing (of a category: missing or other). */
  readonly hasMissing: boolean;
  /** 1: what a greater number predicts may not be less; -1: not more; 0: no constraint. */
  readonly monotone: -1 | 0 | 1;
}

/** Values that quantiles are taken of, evenly spaced over the rows: scikit-learn's and LightGBM's number. */
const sampledValues = 200_000;

/** Finite values of some rows, evenly spaced where there are many, with their weights. */
function sample(
  values: Float64Array,
  weights: Float64Array | undefined,
): { readonly values: Float64Array; readonly weights?: Float64Array } {
  const step = Math.max(1, values.length / sampledValues);
  const rows = Int32Array.from({ length: Math.min(values.length, sampledValues) }, (_, index) =>
    Math.floor(index * step),
  ).filter((row) => Number.isFinite(values[row]));
  return {
    values: Float64Array.from(rows, (row) => values[row] ?? NaN),
    ...(weights && { weights: Float64Array.from(rows, (row) => weights[row] ?? NaN) }),
  };
}

/** The different ones of rising values, or undefined where there are more than `max`. */
function distinctOf(sorted: Float64Array, max: number): number[] | undefined {
  const distinct: number[] = [];
  for (const value of sorted) {
    if (value === distinct.at(-1)) continue;
    if (distinct.length === max) return undefined;
    distinct.push(value);
  }
  return distinct;
}

/**
 * Thresholds between bins, as scikit-learn's histogram trees have them: midway between distinct values where these are
 * few, otherwise at quantiles, so that each bin has about as many rows. What is not finite makes no threshold: NaN is
 * missing, and infinity is in the bin at its end.
 */
export function numberThresholds(
  values: Float64Array,
  weights?: Float64Array,
  { isPersonal = false }: { readonly isPersonal?: boolean | undefined } = {},
): Float64Array {
  const some = sample(values, weights);
  const distribution = distributionOf(some.values, some.weights);
  const thresholds = thresholdsOf(distribution);
  return isPersonal ? onGrid(thresholds, distribution) : thresholds;
}

function thresholdsOf(distribution: Distribution): Float64Array {
  const midway = (low: number, high: number): number => low / 2 + high / 2;
  const distinct = distinctOf(distribution.values, maxValueBins);
  if (distinct) {
    return Float64Array.from(distinct.slice(1), (value, index) => midway(distinct[index] ?? NaN, value));
  }
  const cuts = Float64Array.from({ length: maxValueBins - 1 }, (_, index) =>
    distribution.quantile((index + 1) / maxValueBins),
  );
  return cuts.filter((value, index) => index === 0 || value !== cuts[index - 1]);
}

/** Steps of the grid over nine tenths of a personal number's values, at least; ten times as many at most. */
const gridSteps = 20;

/**
 * Thresholds of a personal number, which are values of persons or lie midway between two of them, moved to the middle of the steps of a
 * round grid: these say where many values are, and nobody's.
 */
function onGrid(thresholds: Float64Array, { values, quantile }: Distribution): Float64Array {
  const spread = quantile(0.95) - quantile(0.05) || (values.at(-1) ?? NaN) - (values[0] ?? NaN);
  const step = 10 ** Math.floor(Math.log10(spread / gridSteps));
  const moved = thresholds.map((value) => (Math.floor(value / step) + 0.5) * step);
  return moved.filter((value, index) => Number.isFinite(value) && value !== moved[index - 1]);
}

/** The bin of a number: how many thresholds are below it. */
export function numberBin(thresholds: Float64Array, value: number): number {
  if (Number.isNaN(value)) return missingNumber;
  let [low, high] = [0, thresholds.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (value <= (thresholds[middle] ?? NaN)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The bins of all features, row by row, each row padded to `stride` bytes. */
export interface BinnedRows {
  readonly rows: number;
  readonly features: readonly BinnedFeature[];
  readonly stride: number;
  readonly bins: Uint8Array;
  /** The same feature by feature: rows are parted by one feature, of which this reads no other bytes. */
  readonly byFeature: readonly Uint8Array[];
}

/** A column of training rows: numbers with NaN for missing, or codes of a category less 1 with 0 for other ones. */
export type RawColumn = {
  readonly monotone: -1 | 0 | 1;
} & (
  | { readonly kind: "number"; readonly values: Float64Array; readonly isPersonal?: boolean }
  | { readonly kind: "category"; readonly values: Uint8Array; readonly categories: number }
);

/** Thresholds are found on the rows that are trained on; all rows are put into their bins. */
export function binRows(
  rows: number,
  columns: readonly RawColumn[],
  { training, weights }: { readonly training: Int32Array; readonly weights?: Float64Array | undefined },
): BinnedRows {
  const pick = (values: Float64Array): Float64Array =>
    training.length === rows ? values : Float64Array.from(training, (row) => values[row] ?? NaN);
  // Even, as histograms take two features at a time.
  const stride = columns.length + (columns.length % 2);
  const bins = new Uint8Array(rows * stride);
  const byFeature = columns.map(() => new Uint8Array(rows));
  const features = columns.map((column, position): BinnedFeature => {
    const own = byFeature[position] ?? new Uint8Array();
    const { kind, values, monotone } = column;
    const thresholds =
      kind === "number"
        ? numberThresholds(pick(values), weights && pick(weights), column)
        : new Float64Array();
    const missing = kind === "number" ? missingNumber : otherBin;
    let hasMissing = false;
    for (let row = 0, at = position; row < rows; row++, at += stride) {
      const value = values[row] ?? NaN;
      const bin = kind === "number" ? numberBin(thresholds, value) : value;
      bins[at] = bin;
      own[row] = bin;
      hasMissing ||= bin === missing;
    }
    const used = kind === "number" ? thresholds.length + 1 : column.categories + 1;
    return { kind, thresholds, bins: used, hasMissing, monotone };
  });
  return { rows, features, stride, bins, byFeature };
}
