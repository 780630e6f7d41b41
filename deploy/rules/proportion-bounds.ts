/** Coefficients of Lanczos' approximation with g = 7, n = 9 (Godfrey): relative error of Γ below 1e-14. */
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** ln Γ(x), x >= 0.5. */
function logGamma(x: number): number {
  const t = x + 6.5;
  const series = lanczos.reduce(
    (sum, coefficient, i) => sum + (i === 0 ? coefficient : coefficient / (x - 1 + i)),
    0,
  );
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(series);
}

/** The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method; for x < (a+1) / (a+b+2). */
function betaFraction(x: number, a: number, b: number): number {
  let [c, d] = [1, 1 / (1 - ((a + b) * x) / (a + 1))];
  let value = d;
  for (let m = 1; m < 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    value *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    value *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return value;
}

/** Regularised incomplete beta function I_x(a, b). */
function betaShare(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = (u: number, p: number, q: number): number =>
    Math.exp(logGamma(p + q) - logGamma(p) - logGamma(q) + p * Math.log(u) + q * Math.log1p(-u)) / p;
  if (x < (a + 1) / (a + b + 2)) return front(x, a, b) * betaFraction(x, a, b);
  return 1 - front(1 - x, b, a) * betaFraction(1 - x, b, a);
}

/** The x at which a function that rises from 0 to 1 has a value, by halving. */
function solve(rising: (x: number) => number, value: number): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (rising(middle) < value) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * Bounds of a share of which `hits` of `count` were seen, each exceeded with a probability of at most `error`: those of Clopper and
 * Pearson (Biometrika 26, 1934), which hold for any counts, as 1 of 1 or 0 of 400. Without any seen, 0 and 1.
 */
export function proportionBounds(
  hits: number,
  count: number,
  error: number,
): readonly [low: number, high: number] {
  const low = hits === 0 ? 0 : solve((share) => betaShare(share, hits, count - hits + 1), error);
  const high = hits === count ? 1 : solve((share) => betaShare(share, hits + 1, count - hits), 1 - error);
  return [low, high];
}

/**
 * Lower bound of how much greater the first share is than the second, from exact bounds of each, put together as Zou and Donner do
 * (Statistics in Medicine 27, 2008).
 */
export function lowerBoundOfDifference(
  [hits, count]: readonly [number, number],
  [otherHits, otherCount]: readonly [number, number],
  error: number,
): number {
  if (count === 0) return -1;
  const share = hits / count;
  // Of nothing seen on the other side, nothing speaks against it.
  const other = otherCount === 0 ? 0 : otherHits / otherCount;
  const [low] = proportionBounds(hits, count, error);
  const high = otherCount === 0 ? 0 : proportionBounds(otherHits, otherCount, error)[1];
  return share - other - Math.hypot(share - low, high - other);
}
