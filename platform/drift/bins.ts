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

/**
 * Inner edges of up to ten bins with about as many values each, from the deciles. Where a tenth or more of the
 * values equal the least, a further edge lies just below it: a column with few distinct values, or one, then
 * has bins of its own for what is smaller and what is greater than all it held.
 */
export function binEdges(min: number, deciles: readonly number[]): number[] {
  const edges = [...new Set(deciles)];
  return edges[0] === min ? [justBelow(min), ...edges] : edges;
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

/** Texts for the bins of `edges`, for plots and messages: "<= 1", "1 to 2", "> 2". */
export function binLabels(edges: readonly number[]): string[] {
  const [lowest, second] = edges;
  const startsBelow = second !== undefined && lowest === justBelow(second);
  const texts = distinctTexts(startsBelow ? edges.slice(1) : edges);
  const [first, last] = [texts.at(0), texts.at(-1)];
  if (first === undefined || last === undefined) return ["all"];
  const between = texts.slice(1).map((text, index) => `${texts[index]} to ${text}`);
  return [...(startsBelow ? [`< ${first}`, first] : [`<= ${first}`]), ...between, `> ${last}`];
}

/** With as many digits as it takes to tell the values apart, at least four. */
function distinctTexts(values: readonly number[]): string[] {
  let digits = 4;
  const format = (): string[] => values.map((value) => formatNumber(value, digits));
  while (digits < 17 && new Set(format()).size < values.length) digits++;
  return format();
}
