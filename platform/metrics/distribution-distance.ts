/** By how much the distribution function of `a`, moved up by `shift`, is above that of `b` anywhere. Both rise. */
function excess(a: readonly number[], b: readonly number[], shift: number): number {
  let [below, most] = [0, 0];
  for (const [index, value] of a.entries()) {
    if (Number.isNaN(value)) return NaN;
    // Equal values count together, from the last of them.
    if (a[index + 1] === value) continue;
    while (below < b.length && (b[below] ?? NaN) <= value + shift) below += 1;
    most = Math.max(most, (index + 1) / a.length - below / b.length);
  }
  return most;
}

/**
 * Largest distance between two empirical distribution functions, 0..1, where values may be `shift` apart without being told from each
 * other: 0 of the same distribution, 1 of values that do not overlap. Without a shift it is that of Kolmogorov and Smirnov, which is 1 of
 * two constants that differ by next to nothing, and as large as their share where many requests are for the same row. Both lists rise.
 */
export function distributionDistance(a: readonly number[], b: readonly number[], shift = 0): number {
  return Math.max(excess(a, b, shift), excess(b, a, shift));
}

/**
 * How far the distance of two samples of one distribution may be, exceeded with a probability of at most `error`: by the
 * inequality of Dvoretzky, Kiefer and Wolfowitz (Massart, Annals of Probability 18, 1990), one half of it for each sample.
 */
export function distanceByChance(count: number, otherCount: number, error: number): number {
  const each = (n: number): number => Math.sqrt(Math.log(4 / error) / (2 * n));
  return Math.hypot(each(count), each(otherCount));
}

/**
 * Mean absolute difference of two values of a list that rises (Gini's), with its standard error: that of a mean over the values of
 * twice their mean difference to all others (Hoeffding, Annals of Mathematical Statistics 19, 1948).
 */
export function meanDifference(rising: readonly number[]): { readonly mean: number; readonly error: number } {
  const count = rising.length;
  if (count < 2) return { mean: NaN, error: NaN };
  const total = rising.reduce((sum, value) => sum + value, 0);
  let below = 0;
  const toOthers = rising.map((value, index) => {
    const sum = value * index - below + (total - below - value - value * (count - index - 1));
    below += value;
    return sum / (count - 1);
  });
  const mean = toOthers.reduce((sum, value) => sum + value / count, 0);
  const variance = toOthers.reduce((sum, value) => sum + (value - mean) ** 2 / count, 0);
  return { mean, error: 2 * Math.sqrt(variance / count) };
}
