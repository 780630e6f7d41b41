/** Of a normal distribution, standard deviations between the quartiles. */
export const deviationsBetweenQuartiles = 1.349;

/**
 * Quantile of rising values by linear interpolation between the two nearest (Hyndman and Fan's type 7, numpy's and
 * R's default); NaN of no values.
 */
export function quantile(sorted: ArrayLike<number>, fraction: number): number {
  const position = (sorted.length - 1) * fraction;
  const below = sorted[Math.floor(position)] ?? NaN;
  const above = sorted[Math.ceil(position)] ?? NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/** Value at or below which a share (0..1) of rising values lies: the nearest rank, one of the values; NaN of none. */
export function nearestRank(sorted: ArrayLike<number>, fraction: number): number {
  return sorted[Math.max(1, Math.ceil(fraction * sorted.length)) - 1] ?? NaN;
}
