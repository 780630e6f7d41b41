/**
 * Reads what pages of Parquet files hold (https://parquet.apache.org/docs/file-format/). Places are addresses in the module's memory; what
 * is read may reach up to 16 bytes behind its end, and what is written up to 64.
 */
const doubleBytes: usize = 8;
const registerBytes: usize = 16;

/** Parquet's numbers of types. */
const int32: i32 = 1;
const int64: i32 = 2;
const float: i32 = 4;

/** The number that a varint is, and the byte behind it. */
let varint: u32 = 0;

function readVarint(at: usize, end: usize): usize {
  let shift: u32 = 0;
  varint = 0;
  while (at < end && shift < 32) {
    const byte = <u32>load<u8>(at);
    at += 1;
    varint |= (byte & 0x7f) << shift;
    if (byte < 0x80) return at;
    shift += 7;
  }
  return 0;
}

/** Copies some bytes that lie `offset` before, of which there may be fewer: then they repeat. */
function copyBefore(target: usize, offset: usize, length: usize): void {
  const end = target + length;
  let from = target - offset;
  if (offset >= registerBytes) {
    for (; target < end; target += registerBytes, from += registerBytes) v128.store(target, v128.load(from));
  } else if (offset >= 8) {
    for (; target < end; target += 8, from += 8) store<u64>(target, load<u64>(from));
  } else {
    for (; target < end; target += 1, from += 1) store<u8>(target, load<u8>(from));
  }
}

/** Unpacks what is packed by Snappy (https://github.com/google/snappy/blob/main/format_description.txt): false where it is damaged, or has another length. */
export function unpackSnappy(packed: usize, packedBytes: i32, target: usize, bytes: i32): bool {
  const end = packed + <usize>packedBytes;
  const targetEnd = target + <usize>bytes;
  let at = readVarint(packed, end);
  if (at == 0 || varint != <u32>bytes) return false;
  let to = target;
  while (at < end) {
    const tag = <u32>load<u8>(at);
    at += 1;
    const kind = tag & 3;
    if (kind == 0) {
      let length = <usize>(tag >> 2) + 1;
      if (length <= registerBytes) {
        if (at + length > end || to + length > targetEnd) return false;
        v128.store(to, v128.load(at));
      } else {
        if (length > 60) {
          const count = length - 60;
          length = <usize>(load<u32>(at) & (0xffffffff >> (<u32>(4 - count) * 8))) + 1;
          at += count;
        }
        if (length > <usize>bytes || at + length > end || to + length > targetEnd) return false;
        memory.copy(to, at, length);
      }
      at += length;
      to += length;
      continue;
    }
    let length = <usize>(tag >> 2) + 1;
    let offset: usize;
    if (kind == 1) {
      length = <usize>((tag >> 2) & 7) + 4;
      offset = <usize>(((tag >> 5) << 8) | (<u32>load<u8>(at)));
      at += 1;
    } else if (kind == 2) {
      offset = <usize>load<u16>(at);
      at += 2;
    } else {
      offset = <usize>load<u32>(at);
      at += 4;
    }
    if (at > end || offset == 0 || offset > to - target || to + length > targetEnd) return false;
    copyBefore(to, offset, length);
    to += length;
  }
  return to == targetEnd;
}

/** Reads so many words out of runs and of packed bits, of up to 32 bits each: false where there are fewer. */
export function readHybrid(at: usize, end: usize, bits: i32, count: i32, words: usize): bool {
  const mask: u64 = ((<u64>1) << (<u64>bits)) - 1;
  const valueBytes = <usize>((bits + 7) >> 3);
  let left = count;
  while (left > 0) {
    at = readVarint(at, end);
    if (at == 0) return false;
    const isPacked = (varint & 1) == 1;
    // Of packed groups of eight the last may be there in part.
    const most = varint >> 1;
    const some = isPacked ? <i32>min<u32>(most, (<u32>left + 7) >> 3) * 8 : <i32>min<u32>(most, <u32>left);
    const length = min(some, left);
    if (length <= 0) return false;
    if (isPacked) {
      if (at + <usize>((<u64>length * <u64>bits + 7) >> 3) > end) return false;
      for (let index = 0; index < length; index++) {
        const bit = <u64>index * <u64>bits;
        const word = load<u64>(at + <usize>(bit >> 3)) >> (bit & 7);
        store<u32>(words + <usize>index * 4, <u32>(word & mask));
      }
      at += <usize>(<u64>most * <u64>bits);
    } else {
      if (at + valueBytes > end) return false;
      const value = <u32>(load<u64>(at) & mask);
      for (let index = 0; index < length; index++) store<u32>(words + <usize>index * 4, value);
      at += valueBytes;
    }
    words += <usize>length * 4;
    left -= length;
  }
  return true;
}

/** The sum of words. */
export function sumWords(words: usize, count: i32): i32 {
  let sum: i32 = 0;
  for (let index = 0; index < count; index++) sum += load<i32>(words + <usize>index * 4);
  return sum;
}

/** Writes doubles of the places in a dictionary of so many: false where a place is none of it. */
export function lookUp(places: usize, count: i32, dictionary: usize, size: i32, doubles: usize): bool {
  for (let index = 0; index < count; index++) {
    const place = load<u32>(places + <usize>index * 4);
    if (place >= <u32>size) return false;
    store<f64>(doubles + <usize>index * doubleBytes, load<f64>(dictionary + <usize>place * doubleBytes));
  }
  return true;
}

/** Writes doubles of numbers of a type as they lie in a file. */
export function widen(type: i32, values: usize, count: i32, doubles: usize): void {
  const end = doubles + <usize>count * doubleBytes;
  if (type == int32) {
    for (; doubles < end; doubles += doubleBytes, values += 4) store<f64>(doubles, <f64>load<i32>(values));
  } else if (type == int64) {
    for (; doubles < end; doubles += doubleBytes, values += 8) store<f64>(doubles, <f64>load<i64>(values));
  } else if (type == float) {
    for (; doubles < end; doubles += doubleBytes, values += 4) store<f64>(doubles, <f64>load<f32>(values));
  } else {
    memory.copy(doubles, values, <usize>count * doubleBytes);
  }
}

/** Writes a double for each level, the next of so many values where it is 1, else NaN. The values may begin where the doubles do. */
export function spread(levels: usize, count: i32, values: usize, present: i32, doubles: usize): void {
  let value = values + <usize>present * doubleBytes;
  for (let index = count - 1; index >= 0; index--) {
    const isThere = load<u32>(levels + <usize>index * 4) == 1;
    if (isThere) value -= doubleBytes;
    store<f64>(doubles + <usize>index * doubleBytes, isThere ? load<f64>(value) : NaN);
  }
}

/** Copies doubles, with NaN in place of what is infinite. */
export function copyFinite(values: usize, doubles: usize, count: i32): void {
  const end = doubles + <usize>(count & ~1) * doubleBytes;
  for (; doubles < end; doubles += registerBytes, values += registerBytes) {
    const value = v128.load(values);
    // What is infinite has no distance from itself.
    const isFinite = f64x2.eq(f64x2.sub(value, value), f64x2.splat(0));
    v128.store(doubles, v128.bitselect(value, f64x2.splat(NaN), isFinite));
  }
  if (count & 1) {
    const value = load<f64>(values);
    store<f64>(doubles, value - value == 0 ? value : NaN);
  }
}
