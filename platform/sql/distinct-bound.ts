/** Bits for each row: of rows that all differ about three in a hundred share one. */
const bitsPerRow = 16;

/** Counts hashes that differ: no more than there are, in two to four bytes for each row. */
export class DistinctBound {
  private readonly mask: number;
  private readonly bits: Uint32Array;
  distinct = 0;

  constructor(rows: number) {
    const size = Math.min(32, Math.max(5, Math.ceil(Math.log2(bitsPerRow * rows))));
    this.mask = 2 ** size - 1;
    this.bits = new Uint32Array(2 ** (size - 5));
  }

  add(hash: number): void {
    const place = hash & this.mask;
    const word = place >>> 5;
    const bit = 1 << (place & 31);
    const before = this.bits[word] ?? 0;
    if (before & bit) return;
    this.bits[word] = before | bit;
    this.distinct += 1;
  }
}
