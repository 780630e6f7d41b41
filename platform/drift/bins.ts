import { formatNumber } from "../base/format-number";
import { countBins, type Bins } from "../kernels/kernels";

/** Bins a reference is cut into. */
const bins = 10;

/** The greatest double below `value`, or one close to it. */
function justBelow(value: number): number {
  return value - Math.max(Math.abs(value) * Number.EPSILON, Number.MIN_VALUE);
}

/** Positions (from 1, rising) of the nine deciles among `count` sorted values: the least value with a tenth, ... at or below it. */
export function decilePositions(count: number): number[] {
  return Array.from({ length: bins - 1 }, (_, index) => Math.ceil(((index + 1) * count) / bins));
}

/** Most distinct values of a column that has a bin for each of them. */
export const maxDistinctBins = 10;

/** A value and how often it occurs. */
export type ValueCount = readonly [value: number, count: number];

/**
 * Of a column's distinct values, those that have bins of their own: if they are few, the ones that occur again. A value that
 * occurs once may be one of many, as an amount among zeros is; other amounts would be news between such bins.
 */
function repeatedOf(distinct: readonly ValueCount[]): number[] {
  if (distinct.length > maxDistinctBins) return [];
  return distinct.filter(([, count]) => count > 1).map(([value]) => value);
}

/** Whether deciles come from so few distinct values that each may have a bin: then it is worth counting them. */
export function seemDiscrete(deciles: readonly number[]): boolean {
  return new Set(deciles).size <= bins / 2;
}

/**
 * Inner edges of the bins. Of many values: up to ten bins with about as many values each, from the deciles; a value that
 * holds a tenth or more of them (a decile that repeats, or the least value where it is the first decile) has a bin of its
 * own, from just below it. Of few distinct values, which are then given: each that occurs again has its own, beside the
 * deciles. What is smaller or greater than all values, or lies between two that have bins of their own, is thus told from
 * them.
 */
export function binEdges(
  min: number,
  deciles: readonly number[],
  distinct: readonly ValueCount[] = [],
): number[] {
  const repeated = repeatedOf(distinct);
  const few = repeated.length > 0;
  const edges = [...new Set([...deciles, ...repeated])].sort((a, b) => a - b);
  const points = few
    ? new Set(repeated)
    : new Set(deciles.filter((value, index) => value === (index === 0 ? min : deciles[index - 1])));
  const withPoints = edges.flatMap((edge) => (points.has(edge) ? [justBelow(edge), edge] : [edge]));
  return [...new Set(withPoints)];
}

/** The bin (from 0) that holds `value`: edges[i-1] < value <= edges[i]. */
export function binOf(edges: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (value <= (edges[middle] ?? Infinity)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Counts values into the bins of `edges`: many at once, several times as fast as by looking for each with `binOf`. */
export class BinCounter implements Bins {
  readonly counts: Float64Array;
  readonly edges: Float64Array;
  /** Values that are less than the first or greater than the second. */
  outside = 0;

  constructor(
    edges: readonly number[],
    readonly within: readonly [min: number, max: number] = [-Infinity, Infinity],
  ) {
    this.edges = Float64Array.from(edges);
    this.counts = new Float64Array(edges.length + 1);
  }

  /** Counts values, NaN left out; gives the sum of their squares around `mean`. */
  add(values: Float64Array, mean: number): number {
    const { counts, squares, outside } = countBins(values, this, mean);
    for (let bin = 0; bin < counts.length; bin++)
      this.counts[bin] = (this.counts[bin] ?? NaN) + (counts[bin] ?? NaN);
    this.outside += outside;
    return squares;
  }
}

/**
 * Texts for the bins of `edges`, for plots and messages: "<= 1", "1 to 2", "> 2"; a bin of one value has its name. Of whole
 * numbers, a bin is called by those in it: "3 to 5" of those above 2 up to 5.
 */
export function binLabels(edges: readonly number[], { whole = false } = {}): string[] {
  if (edges.length === 0) return ["all"];
  /** The value that has a bin of its own from this edge on. */
  const pointFrom = (index: number): number | undefined => {
    const next = edges[index + 1];
    return next !== undefined && edges[index] === justBelow(next) ? next : undefined;
  };
  const values = edges.filter((_, index) => pointFrom(index) === undefined);
  const texts = new Map(distinctTexts(values).map((text, index) => [values[index], text]));
  const valueAt = (index: number): number => pointFrom(index) ?? edges[index] ?? NaN;
  const textOf = (index: number): string => texts.get(valueAt(index)) ?? "";
  const between = edges.slice(1).map((_, index) => {
    if (pointFrom(index) !== undefined) return textOf(index);
    if (!whole) return `${textOf(index)} to ${textOf(index + 1)}`;
    const open = pointFrom(index + 1) === undefined ? 0 : 1;
    return wholeLabel(valueAt(index), valueAt(index + 1), open);
  });
  const first = pointFrom(0) === undefined ? `<= ${textOf(0)}` : `< ${textOf(0)}`;
  return [first, ...between, `> ${textOf(edges.length - 1)}`];
}

/** The whole numbers above `from` up to `to`; without that when `open` is 1. */
function wholeLabel(from: number, to: number, open: 0 | 1): string {
  const [first, last] = [Math.floor(from) + 1, Math.ceil(to) - open];
  if (first > last) return `between ${formatNumber(from)} and ${formatNumber(to)}`;
  return first === last ? String(first) : `${first} to ${last}`;
}

/** With as many digits as it takes to tell the values apart, at least four. */
function distinctTexts(values: readonly number[]): string[] {
  let digits = 4;
  const format = (): string[] => values.map((value) => formatNumber(value, digits));
  while (digits < 17 && new Set(format()).size < values.length) digits++;
  return format();
}
