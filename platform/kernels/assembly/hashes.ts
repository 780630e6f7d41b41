/** Hashes of rows, whose columns are words in the module's memory, four rows at once. */
const doubleBytes: usize = 8;
/** Of two doubles, or four words, in a register. */
const pairBytes: usize = 16;

/** In place: the negative zero becomes the other, which is the same number. Of a multiple of two rows. */
export function clearNegativeZeros(values: usize, rows: i32): void {
  const end = values + <usize>rows * doubleBytes;
  for (let at = values; at < end; at += pairBytes) v128.store(at, f64x2.add(v128.load(at), f64x2.splat(0)));
}

/** Mixes a column into the two halves of each row's hash, of a multiple of four rows. */
export function hashColumn(values: usize, rows: i32, low: usize, high: usize): void {
  const end = <usize>rows * 4;
  for (let at: usize = 0; at < end; at += pairBytes) {
    const place = values + 2 * at;
    const one = v128.load(place);
    const other = v128.load(place, pairBytes);
    const first = i8x16.shuffle(one, other, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
    const second = i8x16.shuffle(one, other, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
    v128.store(low + at, mixLow(mixLow(v128.load(low + at), first), second));
    v128.store(high + at, mixHigh(mixHigh(v128.load(high + at), second), first));
  }
}

/** Murmur3's mixing of a word into a hash, https://github.com/aappleby/smhasher (MurmurHash3_x86_32). */
function mixLow(hash: v128, word: v128): v128 {
  const mixed = i32x4.mul(rotated(i32x4.mul(word, i32x4.splat(0xcc9e2d51)), 15), i32x4.splat(0x1b873593));
  return i32x4.add(timesFive(rotated(v128.xor(hash, mixed), 13)), i32x4.splat(0xe6546b64));
}

/** The same with other constants. */
function mixHigh(hash: v128, word: v128): v128 {
  const mixed = i32x4.mul(rotated(i32x4.mul(word, i32x4.splat(0x239b961b)), 16), i32x4.splat(0xab0e9789));
  return i32x4.add(timesFive(rotated(v128.xor(hash, mixed), 17)), i32x4.splat(0x561ccd1b));
}

function rotated(word: v128, bits: i32): v128 {
  return v128.or(i32x4.shl(word, bits), i32x4.shr_u(word, 32 - bits));
}

/**
 * Writes what the halves of each row's hash, of so many columns, come to: a lower and a higher word, each bit of which depends on every bit
 * of the row. Of a multiple of four rows.
 */
export function finishHash(low: usize, high: usize, rows: i32, columns: i32, words: usize): void {
  const end = <usize>rows * 4;
  for (let at: usize = 0; at < end; at += pairBytes) {
    const one = finalMix(v128.xor(v128.load(low + at), i32x4.splat(columns)));
    const higher = finalMix(v128.xor(v128.load(high + at), one));
    const lower = finalMix(v128.xor(one, higher));
    const place = words + 2 * at;
    v128.store(place, i8x16.shuffle(lower, higher, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23));
    v128.store(
      place,
      i8x16.shuffle(lower, higher, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31),
      pairBytes,
    );
  }
}

function finalMix(word: v128): v128 {
  let mixed = i32x4.mul(v128.xor(word, i32x4.shr_u(word, 16)), i32x4.splat(0x85ebca6b));
  mixed = i32x4.mul(v128.xor(mixed, i32x4.shr_u(mixed, 13)), i32x4.splat(0xc2b2ae35));
  return v128.xor(mixed, i32x4.shr_u(mixed, 16));
}

function timesFive(word: v128): v128 {
  return i32x4.add(i32x4.shl(word, 2), word);
}
