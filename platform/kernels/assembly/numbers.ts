/** What is done with columns of doubles in the order of their rows, at addresses in the module's memory. */
const doubleBytes: usize = 8;
const pairBytes: usize = 16;
/** Digits of eleven bits: six of them are a number of 64. */
const digitBits: u64 = 11;
const digits: i32 = 6;
const digitValues: i32 = 1 << 11;

/** Writes the places, from 0, of the rows whose mark is the one wanted, as words of 16 bits; gives how many there are. One more place is written over. */
export function findPlaces(marks: usize, rows: i32, wanted: f64, places: usize): i32 {
  const first = places;
  for (let row = 0; row < rows; row++) {
    store<u16>(places, <u16>row);
    // Without a branch, which nobody could foresee.
    places += (<usize>(load<f64>(marks + <usize>row * doubleBytes) == wanted)) << 1;
  }
  return <i32>((places - first) >> 1);
}

/** Copies the values at places, which are words of 16 bits. */
export function gather(values: usize, places: usize, count: i32, target: usize): void {
  const fours = target + <usize>(count & ~3) * doubleBytes;
  const end = target + <usize>count * doubleBytes;
  for (; target < fours; target += 4 * doubleBytes, places += 8) {
    const four = load<u64>(places);
    store<f64>(target, load<f64>(values + ((<usize>(four & 0xffff)) << 3)));
    store<f64>(target, load<f64>(values + ((<usize>((four >> 16) & 0xffff)) << 3)), 8);
    store<f64>(target, load<f64>(values + ((<usize>((four >> 32) & 0xffff)) << 3)), 16);
    store<f64>(target, load<f64>(values + ((<usize>(four >> 48)) << 3)), 24);
  }
  for (; target < end; target += doubleBytes, places += 2)
    store<f64>(target, load<f64>(values + ((<usize>load<u16>(places)) << 3)));
}

/** Adds factor × (value - mean) / scale to each row's sum, with another in place of a value that is missing. Of a multiple of two rows. */
export function addStandardised(
  values: usize,
  rows: i32,
  mean: f64,
  scale: f64,
  instead: f64,
  factor: f64,
  sums: usize,
): void {
  const end = <usize>rows * doubleBytes;
  const others = f64x2.splat(instead);
  for (let at: usize = 0; at < end; at += pairBytes) {
    const value = v128.load(values + at);
    const present = v128.bitselect(value, others, f64x2.eq(value, value));
    const standard = f64x2.div(f64x2.sub(present, f64x2.splat(mean)), f64x2.splat(scale));
    v128.store(sums + at, f64x2.add(v128.load(sums + at), f64x2.mul(f64x2.splat(factor), standard)));
  }
}

/** In place: NaN where a row's mark is not the one wanted. Of a multiple of two rows. */
export function keepMarked(values: usize, marks: usize, rows: i32, wanted: f64): void {
  const end = <usize>rows * doubleBytes;
  for (let at: usize = 0; at < end; at += pairBytes) {
    const isWanted = f64x2.eq(v128.load(marks + at), f64x2.splat(wanted));
    v128.store(values + at, v128.bitselect(v128.load(values + at), f64x2.splat(NaN), isWanted));
  }
}

/**
 * Adds the values of four columns to a sum each, row by row, with others in place of those that are missing. Column i begins at i × `stride`
 * bytes, and has its place in `others` and in `sums`.
 */
export function addColumns(values: usize, stride: usize, rows: i32, others: usize, sums: usize): void {
  const end = values + <usize>rows * doubleBytes;
  // Each sum waits for its last addition: four that do not wait for each other take the time of one.
  let first = load<f64>(sums);
  let second = load<f64>(sums, 8);
  let third = load<f64>(sums, 16);
  let fourth = load<f64>(sums, 24);
  for (let at = values; at < end; at += doubleBytes) {
    const a = load<f64>(at);
    const b = load<f64>(at + stride);
    const c = load<f64>(at + 2 * stride);
    const d = load<f64>(at + 3 * stride);
    first += a == a ? a : load<f64>(others);
    second += b == b ? b : load<f64>(others, 8);
    third += c == c ? c : load<f64>(others, 16);
    fourth += d == d ? d : load<f64>(others, 24);
  }
  store<f64>(sums, first);
  store<f64>(sums, second, 8);
  store<f64>(sums, third, 16);
  store<f64>(sums, fourth, 24);
}

/** In place: (value - mean) / scale, with another in place of a value that is missing. Of a multiple of two rows. */
export function standardise(values: usize, rows: i32, mean: f64, scale: f64, instead: f64): void {
  const end = values + <usize>rows * doubleBytes;
  const others = f64x2.splat(instead);
  for (let at = values; at < end; at += pairBytes) {
    const value = v128.load(at);
    const present = v128.bitselect(value, others, f64x2.eq(value, value));
    v128.store(at, f64x2.div(f64x2.sub(present, f64x2.splat(mean)), f64x2.splat(scale)));
  }
}

/** Adds to three sums, row by row: the squared errors, their amounts, the targets' distances from `centre`; and to a fourth these squared. */
export function addErrors(actual: usize, predicted: usize, rows: i32, centre: f64, sums: usize): void {
  let squares = load<f64>(sums);
  let amounts = load<f64>(sums, 8);
  let distances = load<f64>(sums, 16);
  let squaredDistances = load<f64>(sums, 24);
  for (let row = 0; row < rows; row++) {
    const target = load<f64>(actual + <usize>row * doubleBytes);
    const error = load<f64>(predicted + <usize>row * doubleBytes) - target;
    const distance = target - centre;
    squares += error * error;
    amounts += Math.abs(error);
    distances += distance;
    squaredDistances += distance * distance;
  }
  store<f64>(sums, squares);
  store<f64>(sums, amounts, 8);
  store<f64>(sums, distances, 16);
  store<f64>(sums, squaredDistances, 24);
}

/** Of words whose order is that of the numbers: those of negative numbers fall as the numbers rise. */
function orderedWord(word: u64): u64 {
  return word ^ ((<u64>((<i64>word) >> 63)) | 0x8000000000000000);
}

function numberWord(word: u64): u64 {
  return word ^ ((<u64>((<i64>~word) >> 63)) | 0x8000000000000000);
}

/** Sorts numbers, none of which is missing, in place, by their digits from the last one on. `room` is for as many numbers, `counts` for 2048 words. */
export function sortNumbers(values: usize, count: i32, room: usize, counts: usize): void {
  const bytes = <usize>count * doubleBytes;
  let or: u64 = 0;
  let and: u64 = ~or;
  for (let at: usize = 0; at < bytes; at += doubleBytes) {
    const word = orderedWord(load<u64>(values + at));
    store<u64>(values + at, word);
    or |= word;
    and &= word;
  }
  let from = values;
  let to = room;
  for (let digit = 0; digit < digits; digit++) {
    const shift = <u64>digit * digitBits;
    const mask = <u64>(digitValues - 1);
    // A digit that is the same in all numbers sorts nothing.
    if ((((or ^ and) >> shift) & mask) == 0) continue;
    memory.fill(counts, 0, <usize>digitValues * 4);
    for (let at: usize = 0; at < bytes; at += doubleBytes) {
      const place = counts + ((<usize>((load<u64>(from + at) >> shift) & mask)) << 2);
      store<u32>(place, load<u32>(place) + 1);
    }
    let before: u32 = 0;
    for (let value = 0; value < digitValues; value++) {
      const place = counts + ((<usize>value) << 2);
      const some = load<u32>(place);
      store<u32>(place, before);
      before += some;
    }
    for (let at: usize = 0; at < bytes; at += doubleBytes) {
      const word = load<u64>(from + at);
      const place = counts + ((<usize>((word >> shift) & mask)) << 2);
      const index = load<u32>(place);
      store<u32>(place, index + 1);
      store<u64>(to + <usize>index * doubleBytes, word);
    }
    const last = from;
    from = to;
    to = last;
  }
  for (let at: usize = 0; at < bytes; at += doubleBytes)
    store<u64>(values + at, numberWord(load<u64>(from + at)));
}
