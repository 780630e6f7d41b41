/** Values by which the bins of a column are found: of more, a sample of this many. */
const maxSampled = 100_000;

/** Whether a row (from 0) of so many is among those sampled: by a hash of its number, as rows may come in a pattern. */
export function isSampledRow(row: number, rows: number): boolean {
  if (rows <= maxSampled) return true;
  const hash = Math.imul(row ^ (row >>> 15), 0x2c1b3c6d);
  return (Math.imul(hash ^ (hash >>> 12), 0x297a2d39) >>> 0) / 2 ** 32 < maxSampled / rows;
}

/** Room for the sample of so many rows: their number scatters by less than a hundredth. */
export function roomForSample(rows: number): number {
  return Math.min(rows, Math.ceil(1.02 * maxSampled));
}
