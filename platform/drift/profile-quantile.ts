import type { NumberProfile } from "./profile";

/** The values that a quarter, a half and three quarters of a column's values lie at or below. */
export type Quartiles = readonly [first: number, median: number, third: number];

const shares = [0.25, 0.5, 0.75] as const;

/** Positions (from 1) of the quartiles among `count` sorted values. */
export function quartilePositions(count: number): number[] {
  return shares.map((share) => Math.max(1, Math.ceil(share * count)));
}

/** The quartiles of what a profile counts. */
export function profileQuartiles(profile: NumberProfile): Quartiles {
  const [first = NaN, median = NaN, third = NaN] = shares.map((share) => profileQuantile(profile, share));
  return [first, median, third];
}

/**
 * Value below which a share (0..1) of a column's values lies, from what a profile counts: exact at the edges of its bins, between
 * them as if values were evenly spread. NaN of no values.
 */
export function profileQuantile(
  { count, counts, edges, min = NaN, max = NaN }: NumberProfile,
  share: number,
): number {
  let below = 0;
  for (const [bin, inBin] of counts.entries()) {
    const reached = below + inBin;
    if (reached >= share * count && inBin > 0) {
      // An outer bin is open: it ends where the values do.
      const [from, to] = [Math.max(edges[bin - 1] ?? min, min), Math.min(edges[bin] ?? max, max)];
      return from + ((to - from) * (share * count - below)) / inBin;
    }
    below = reached;
  }
  return NaN;
}
