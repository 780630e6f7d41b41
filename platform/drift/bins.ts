import { formatNumber } from "../base/format-number";

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

/** Whether deciles come from so few distinct values that each may have a bin: then it is worth counting them. */
export function seemDiscrete(deciles: readonly number[]): boolean {
  return new Set(deciles).size <= bins / 2;
}

/**
 * Inner edges of the bins. Of many values: up to ten bins with about as many values each, from the deciles; a value that
 * holds a tenth or more of them (a decile that repeats, or the least value where it is the first decile) has a bin of its
 * own, from just below it. Of few distinct values, which are then given: each has a bin of its own. What is smaller or
 * greater than all values, or lies between two that have bins of their own, is thus told from them.
 */
export function binEdges(
  min: number,
  deciles: readonly number[],
  distinct: readonly number[] = [],
): number[] {
  const few = distinct.length > 0 && distinct.length <= maxDistinctBins;
  const edges = few ? distinct : [...new Set(deciles)];
  const points = few
    ? new Set(distinct)
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

/** Texts for the bins of `edges`, for plots and messages: "<= 1", "1 to 2", "> 2"; a bin of one value has its name. */
export function binLabels(edges: readonly number[]): string[] {
  if (edges.length === 0) return ["all"];
  /** The value that has a bin of its own from this edge on. */
  const pointFrom = (index: number): boolean =>
    edges[index + 1] !== undefined && edges[index] === justBelow(edges[index + 1] ?? NaN);
  const values = edges.filter((_, index) => !pointFrom(index));
  const texts = new Map(distinctTexts(values).map((text, index) => [values[index], text]));
  const textOf = (index: number): string => texts.get(edges[pointFrom(index) ? index + 1 : index]) ?? "";
  const between = edges
    .slice(1)
    .map((_, index) => (pointFrom(index) ? textOf(index) : `${textOf(index)} to ${textOf(index + 1)}`));
  const first = pointFrom(0) ? `< ${textOf(0)}` : `<= ${textOf(0)}`;
  return [first, ...between, `> ${textOf(edges.length - 1)}`];
}

/** With as many digits as it takes to tell the values apart, at least four. */
function distinctTexts(values: readonly number[]): string[] {
  let digits = 4;
  const format = (): string[] => values.map((value) => formatNumber(value, digits));
  while (digits < 17 && new Set(format()).size < values.length) digits++;
  return format();
}
