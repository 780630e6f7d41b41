import { chiSquareUpperTail } from "./chi-square";

/** Share an empty bin counts as in the stability index (as in Evidently), so that a logarithm exists. */
const emptyShare = 0.0001;

/** Occurrences in one bin. */
export interface BinCounts {
  readonly reference: number;
  readonly current: number;
}

/**
 * Population stability index of two samples: the sum over bins of (c - r) ln(c / r) of their shares, an empty
 * bin's share being 0.0001. 0 = same, above 0.2 = investigate.
 */
export function populationStabilityIndex(bins: readonly BinCounts[]): number {
  const [references, currents] = totals(bins);
  return bins.reduce((sum, { reference, current }) => {
    if (reference === 0 && current === 0) return sum;
    const r = reference === 0 ? emptyShare : reference / references;
    const c = current === 0 ? emptyShare : current / currents;
    return sum + (c - r) * Math.log(c / r);
  }, 0);
}

interface ChiSquareTest {
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  /** 1 when there is nothing to compare: one bin, or an empty sample. */
  readonly pValue: number;
}

/**
 * Pearson's chi-square test of whether two samples come from one distribution. Bins in which less than one
 * occurrence is expected in either sample are put together first, as the approximation does not hold for them.
 */
export function chiSquareTest(bins: readonly BinCounts[]): ChiSquareTest {
  const [references, currents] = totals(bins);
  const total = references + currents;
  const pooled = poolRareBins(bins, ({ reference, current }) => {
    return ((reference + current) * Math.min(references, currents)) / total < 1;
  });
  if (pooled.length < 2 || references === 0 || currents === 0) {
    return { statistic: 0, degreesOfFreedom: 0, pValue: 1 };
  }
  const statistic = pooled.reduce((sum, { reference, current }) => {
    const expectedReference = ((reference + current) * references) / total;
    const expectedCurrent = ((reference + current) * currents) / total;
    return (
      sum +
      (reference - expectedReference) ** 2 / expectedReference +
      (current - expectedCurrent) ** 2 / expectedCurrent
    );
  }, 0);
  const degreesOfFreedom = pooled.length - 1;
  return { statistic, degreesOfFreedom, pValue: chiSquareUpperTail(statistic, degreesOfFreedom) };
}

/** The usual bins, and one for all the rare ones; when that one is rare itself, it joins the smallest of the others. */
function poolRareBins(bins: readonly BinCounts[], isRare: (bin: BinCounts) => boolean): readonly BinCounts[] {
  const usual = bins
    .filter((bin) => !isRare(bin))
    .sort((a, b) => a.reference + a.current - (b.reference + b.current));
  const rare = bins.filter(isRare).reduce(merge, { reference: 0, current: 0 });
  if (rare.reference + rare.current === 0) return usual;
  const [smallest, ...others] = usual;
  return smallest && isRare(rare) ? [merge(smallest, rare), ...others] : [rare, ...usual];
}

function merge(a: BinCounts, b: BinCounts): BinCounts {
  return { reference: a.reference + b.reference, current: a.current + b.current };
}

function totals(bins: readonly BinCounts[]): [number, number] {
  const { reference, current } = bins.reduce(merge, { reference: 0, current: 0 });
  return [reference, current];
}

/**
 * Adjustment of Benjamini and Hochberg (1995): p-values of which, when those below q are called, a share of at most q is expected to be
 * false, in the given order. Where nothing is true at all, the chance of any false call is q as well.
 */
export function adjustByBenjaminiHochberg(pValues: readonly number[]): number[] {
  const order = pValues.map((_, index) => index).sort((a, b) => (pValues[b] ?? 1) - (pValues[a] ?? 1));
  const adjusted = new Array<number>(pValues.length).fill(1);
  let min = 1;
  order.forEach((index, place) => {
    min = Math.min(min, (pValues.length * (pValues[index] ?? 1)) / (pValues.length - place));
    adjusted[index] = min;
  });
  return adjusted;
}
