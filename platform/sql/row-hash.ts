/** The two halves of a 64-bit hash: murmur3's mixing of 32-bit words, each half with constants of its own. */
export const seeds = [0x9747b28c, 0x2c1b3c6d] as const;

/** Hashes of rows whose values come column by column, 8 bytes each. */
export class RowHash {
  private readonly low: Uint32Array;
  private readonly high: Uint32Array;
  private columns = 0;

  constructor(private readonly rows: number) {
    this.low = new Uint32Array(rows).fill(seeds[0]);
    this.high = new Uint32Array(rows).fill(seeds[1]);
  }

  /** Adds a column: of each row the lower and the higher half of its value. */
  add(words: Uint32Array): void {
    const { rows, low, high } = this;
    for (let row = 0; row < rows; row++) {
      const first = words[2 * row] ?? 0;
      const second = words[2 * row + 1] ?? 0;
      low[row] = mixLow(mixLow(low[row] ?? 0, first), second);
      high[row] = mixHigh(mixHigh(high[row] ?? 0, second), first);
    }
    this.columns += 1;
  }

  /** Writes the hashes in the same form. Each bit depends on every bit of the row. */
  finish(words: Uint32Array): void {
    const { rows, low, high, columns } = this;
    for (let row = 0; row < rows; row++) {
      const one = finalMix((low[row] ?? 0) ^ columns);
      const other = finalMix((high[row] ?? 0) ^ one);
      words[2 * row] = finalMix(one ^ other);
      words[2 * row + 1] = other;
    }
  }
}

/**
 * Hashes of rows of numbers, of each row the lower and the higher half. The two zeros are one number, to which the columns are changed;
 * NaN is a number of its own.
 */
export function hashNumbers(columns: readonly Float64Array[]): Uint32Array {
  const rows = columns[0]?.length ?? 0;
  const hash = new RowHash(rows);
  for (const values of columns) {
    // Adding 0 makes one of the two zeros the other.
    for (let row = 0; row < rows; row++) values[row] = (values[row] ?? NaN) + 0;
    hash.add(new Uint32Array(values.buffer, values.byteOffset, 2 * rows));
  }
  const words = new Uint32Array(2 * rows);
  hash.finish(words);
  return words;
}

const rotated = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits));

function mixLow(hash: number, word: number): number {
  const mixed = Math.imul(rotated(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
  return (Math.imul(rotated(hash ^ mixed, 13), 5) + 0xe6546b64) | 0;
}

function mixHigh(hash: number, word: number): number {
  const mixed = Math.imul(rotated(Math.imul(word, 0x239b961b), 16), 0xab0e9789 | 0);
  return (Math.imul(rotated(hash ^ mixed, 17), 5) + 0x561ccd1b) | 0;
}

function finalMix(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
