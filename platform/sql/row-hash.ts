import { hashRows } from "../kernels/kernels";

/** What the two halves of a 64-bit hash begin with: murmur3's mixing of 32-bit words, each half with constants of its own. */
export const seeds = [0x9747b28c, 0x2c1b3c6d] as const;

/** Hashes of rows whose values come column by column, 8 bytes each; of each row the lower and the higher half. */
export function hashWords(columns: readonly Uint32Array[]): Uint32Array {
  return hashRows(columns, seeds, { areNumbers: false });
}

/** Hashes of rows of numbers, in the same form, in `into` where there is room. The two zeros are one number; NaN is a number of its own. */
export function hashNumbers(columns: readonly Float64Array[], into?: Uint32Array): Uint32Array {
  const words = columns.map(
    ({ buffer, byteOffset, length }) => new Uint32Array(buffer, byteOffset, 2 * length),
  );
  return hashRows(words, seeds, { areNumbers: true, into });
}
