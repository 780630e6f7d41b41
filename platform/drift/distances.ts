import type { BinCounts } from "./compare-counts";

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function sharesOf(bins: readonly BinCounts[]): readonly (readonly [reference: number, current: number])[] {
  const references = sum(bins.map(({ reference }) => reference));
  const currents = sum(bins.map(({ current }) => current));
  return bins.map(({ reference, current }) => [
    references === 0 ? 0 : reference / references,
    currents === 0 ? 0 : current / currents,
  ]);
}

/**
 * Jensen-Shannon distance of two samples in the same bins, with logarithms of base 2: the root of the mean divergence of each from
 * their mixture (Lin 1991; Endres and Schindelin 2003). 0 = the same shares, 1 = no bin in common; 0 when a sample is empty.
 */
export function jensenShannonDistance(bins: readonly BinCounts[]): number {
  const shares = sharesOf(bins);
  if (!shares.some(([r]) => r > 0) || !shares.some(([, c]) => c > 0)) return 0;
  const term = (share: number, mixture: number): number =>
    share === 0 ? 0 : share * Math.log2(share / mixture);
  const divergence = sum(
    shares.map(([r, c]) => {
      const mixture = (r + c) / 2;
      return (term(r, mixture) + term(c, mixture)) / 2;
    }),
  );
  // Rounding may leave less than nothing of equal shares.
  return Math.sqrt(Math.max(0, divergence));
}

export interface KolmogorovSmirnov {
  /** Greatest distance between the two cumulative shares, 0..1. */
  readonly statistic: number;
  /** Of the limiting distribution, 0..1; as the values are known by their bins alone, the true one is at most this. */
  readonly pValue: number;
}

/**
 * Two-sample test of Kolmogorov and Smirnov of values in bins, which are in rising order: the statistic is that of the samples with
 * each value replaced by its bin. The p-value is that of the limiting distribution at D sqrt(nm / (n + m)).
 */
export function kolmogorovSmirnov(bins: readonly BinCounts[]): KolmogorovSmirnov {
  const n = sum(bins.map(({ reference }) => reference));
  const m = sum(bins.map(({ current }) => current));
  if (n === 0 || m === 0) return { statistic: 0, pValue: 1 };
  let [references, currents, statistic] = [0, 0, 0];
  for (const { reference, current } of bins) {
    references += reference;
    currents += current;
    statistic = Math.max(statistic, Math.abs(references / n - currents / m));
  }
  return { statistic, pValue: kolmogorovUpperTail(statistic * Math.sqrt((n * m) / (n + m))) };
}

/** Below this the series of theta functions that converges is the other one. */
const turn = 1;

/**
 * Probability that the limit of sqrt(n) D exceeds `x`: 2 (e^(-2x²) - e^(-8x²) + e^(-18x²) - ...), or for small x
 * 1 - sqrt(2 pi) / x (e^(-pi²/8x²) + e^(-9pi²/8x²) + ...) (Kolmogorov 1933; Smirnov 1948). Relative error below 1e-13.
 */
export function kolmogorovUpperTail(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (x <= 0) return 1;
  if (x < turn) {
    let total = 0;
    for (let k = 1; k <= 9; k += 2) total += Math.exp((-k * k * Math.PI * Math.PI) / (8 * x * x));
    return 1 - (Math.sqrt(2 * Math.PI) / x) * total;
  }
  let total = 0;
  for (let k = 1; k <= 6; k++) total += (k % 2 === 1 ? 1 : -1) * Math.exp(-2 * k * k * x * x);
  return 2 * total;
}
