/** Loops over columns of doubles at addresses in the module's memory, two at once and in several sums; NaN is a missing number. */
const doubleBytes: usize = 8;
/** Of two doubles, or four words, in a register. */
const pairBytes: usize = 16;

/** Sums up both halves of two registers at once: the sum of each is a half of what it gives. */
function sumsOf(one: v128, other: v128): v128 {
  const first = i8x16.shuffle(one, other, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
  const second = i8x16.shuffle(one, other, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
  return f64x2.add(first, second);
}

function addTo(sums: usize, one: v128, other: v128): void {
  v128.store(sums, f64x2.add(v128.load(sums), sumsOf(one, other)));
}

/**
 * Adds to each entry (i, j) with j <= i, and to some above, the sum over rows of weighted column i times column j. There are a multiple of
 * four columns and of two rows; column i begins at i × `stride` bytes, line i of the sums at i × `count` numbers.
 */
export function addProducts(
  columns: usize,
  weighted: usize,
  stride: usize,
  count: i32,
  rows: i32,
  sums: usize,
): void {
  const end = <usize>rows * doubleBytes;
  for (let i: i32 = 0; i < count; i += 4) {
    const a = weighted + <usize>i * stride;
    const b = a + stride;
    const c = b + stride;
    const d = c + stride;
    for (let j: i32 = 0; j < i + 4; j += 2) {
      const x = columns + <usize>j * stride;
      const y = x + stride;
      let ax = f64x2.splat(0);
      let ay = ax;
      let bx = ax;
      let by = ax;
      let cx = ax;
      let cy = ax;
      let dx = ax;
      let dy = ax;
      for (let at: usize = 0; at < end; at += pairBytes) {
        const left = v128.load(x + at);
        const right = v128.load(y + at);
        let factor = v128.load(a + at);
        ax = f64x2.add(ax, f64x2.mul(factor, left));
        ay = f64x2.add(ay, f64x2.mul(factor, right));
        factor = v128.load(b + at);
        bx = f64x2.add(bx, f64x2.mul(factor, left));
        by = f64x2.add(by, f64x2.mul(factor, right));
        factor = v128.load(c + at);
        cx = f64x2.add(cx, f64x2.mul(factor, left));
        cy = f64x2.add(cy, f64x2.mul(factor, right));
        factor = v128.load(d + at);
        dx = f64x2.add(dx, f64x2.mul(factor, left));
        dy = f64x2.add(dy, f64x2.mul(factor, right));
      }
      const line = <usize>count * doubleBytes;
      const entry = sums + <usize>i * line + <usize>j * doubleBytes;
      addTo(entry, ax, ay);
      addTo(entry + line, bx, by);
      addTo(entry + 2 * line, cx, cy);
      addTo(entry + 3 * line, dx, dy);
    }
  }
}

/** Writes the products of two columns, of a multiple of two rows. */
export function multiply(one: usize, other: usize, products: usize, rows: i32): void {
  const end = <usize>rows * doubleBytes;
  for (let at: usize = 0; at < end; at += pairBytes)
    v128.store(products + at, f64x2.mul(v128.load(one + at), v128.load(other + at)));
}

/**
 * What is known of a column: writes the number of its numbers, their sum, the least, the greatest, and 1 where all are whole, else 0.
 * Without numbers the least and the greatest are infinite.
 */
export function summarise(values: usize, rows: i32, result: usize): void {
  const pairs = values + <usize>(rows & ~3) * doubleBytes;
  let count = i64x2.splat(0);
  let sum = f64x2.splat(0);
  let otherSum = sum;
  let least = f64x2.splat(Infinity);
  let greatest = f64x2.splat(-Infinity);
  let parts = i64x2.splat(0);
  let at = values;
  for (; at < pairs; at += 2 * pairBytes) {
    const one = v128.load(at);
    const other = v128.load(at + pairBytes);
    const isOne = f64x2.eq(one, one);
    const isOther = f64x2.eq(other, other);
    count = i64x2.sub(count, i64x2.add(isOne, isOther));
    sum = f64x2.add(sum, v128.and(one, isOne));
    otherSum = f64x2.add(otherSum, v128.and(other, isOther));
    least = f64x2.pmin(f64x2.pmin(least, one), other);
    greatest = f64x2.pmax(f64x2.pmax(greatest, one), other);
    parts = v128.or(parts, v128.or(partOf(one, isOne), partOf(other, isOther)));
  }
  sum = f64x2.add(sum, otherSum);
  let rest = 0;
  let restSum: f64 = 0;
  let isWhole = !v128.any_true(parts);
  let min = Math.min(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1));
  let max = Math.max(f64x2.extract_lane(greatest, 0), f64x2.extract_lane(greatest, 1));
  for (const end = values + <usize>rows * doubleBytes; at < end; at += doubleBytes) {
    const value = load<f64>(at);
    if (value != value) continue;
    rest += 1;
    restSum += value;
    if (value < min) min = value;
    if (value > max) max = value;
    if (value - Math.trunc(value) != 0) isWhole = false;
  }
  const counted = i64x2.extract_lane(count, 0) + i64x2.extract_lane(count, 1) + rest;
  store<f64>(result, <f64>counted);
  store<f64>(result, f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1) + restSum, 8);
  store<f64>(result, min, 16);
  store<f64>(result, max, 24);
  store<f64>(result, isWhole ? 1 : 0, 32);
}

/** All bits where a number is there and is not whole; what is infinite is not. */
function partOf(value: v128, isThere: v128): v128 {
  return v128.and(isThere, f64x2.ne(f64x2.sub(value, f64x2.trunc(value)), f64x2.splat(0)));
}

/** Adds factor × value to each row's sum, of a multiple of two rows. */
export function addScaled(values: usize, factor: f64, sums: usize, rows: i32): void {
  const end = <usize>rows * doubleBytes;
  const factors = f64x2.splat(factor);
  for (let at: usize = 0; at < end; at += pairBytes)
    v128.store(sums + at, f64x2.add(v128.load(sums + at), f64x2.mul(factors, v128.load(values + at))));
}

/** The sum of one × other over a multiple of two rows. */
export function product(one: usize, other: usize, rows: i32): f64 {
  const end = <usize>rows * doubleBytes;
  let sum = f64x2.splat(0);
  let otherSum = sum;
  let at: usize = 0;
  for (; at + pairBytes < end; at += 2 * pairBytes) {
    sum = f64x2.add(sum, f64x2.mul(v128.load(one + at), v128.load(other + at)));
    const next = f64x2.mul(v128.load(one + at, pairBytes), v128.load(other + at, pairBytes));
    otherSum = f64x2.add(otherSum, next);
  }
  for (; at < end; at += pairBytes)
    sum = f64x2.add(sum, f64x2.mul(v128.load(one + at), v128.load(other + at)));
  sum = f64x2.add(sum, otherSum);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** The sum of weight × squared distance from `centre` of numbers; one that is missing counts as `instead`. Of a multiple of two rows. */
export function squaresAround(values: usize, weights: usize, rows: i32, centre: f64, instead: f64): f64 {
  const end = <usize>rows * doubleBytes;
  const centres = f64x2.splat(centre);
  const others = f64x2.splat(instead);
  let sum = f64x2.splat(0);
  let otherSum = sum;
  let at: usize = 0;
  for (; at + pairBytes < end; at += 2 * pairBytes) {
    sum = f64x2.add(sum, squareOf(values + at, weights + at, others, centres));
    otherSum = f64x2.add(
      otherSum,
      squareOf(values + at + pairBytes, weights + at + pairBytes, others, centres),
    );
  }
  for (; at < end; at += pairBytes)
    sum = f64x2.add(sum, squareOf(values + at, weights + at, others, centres));
  sum = f64x2.add(sum, otherSum);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

function squareOf(value: usize, weight: usize, others: v128, centres: v128): v128 {
  const distance = f64x2.sub(present(v128.load(value), others), centres);
  return f64x2.mul(v128.load(weight), f64x2.mul(distance, distance));
}

/** Numbers, with others in place of those that are missing. */
function present(value: v128, others: v128): v128 {
  return v128.bitselect(value, others, f64x2.eq(value, value));
}

/**
 * Counts numbers into the bins between rising `edges`, of which bin i has those above edge i - 1 up to edge i, and sums up their squares
 * around `mean`, of a multiple of two rows. Adds to the counts, of which there is one more than bins: the last has what is missing. Writes
 * the squares, and how many numbers are less than `min` or greater than `max`.
 */
export function countBins(
  values: usize,
  rows: i32,
  edges: usize,
  edgeCount: i32,
  mean: f64,
  min: f64,
  max: f64,
  counts: usize,
  result: usize,
): void {
  const end = values + <usize>rows * doubleBytes;
  const edgesEnd = edges + <usize>edgeCount * doubleBytes;
  const missingBin = i64x2.splat(edgeCount + 1);
  let squares = f64x2.splat(0);
  let outside = i64x2.splat(0);
  for (let at = values; at < end; at += pairBytes) {
    const value = v128.load(at);
    const isThere = f64x2.eq(value, value);
    // The bin is the number of edges below: to compare with all of them takes less than to guess the way among them.
    let bin = i64x2.splat(0);
    for (let edge = edges; edge < edgesEnd; edge += doubleBytes)
      bin = i64x2.sub(bin, f64x2.gt(value, v128.load64_splat(edge)));
    bin = v128.bitselect(bin, missingBin, isThere);
    addOne(counts, i64x2.extract_lane(bin, 0));
    addOne(counts, i64x2.extract_lane(bin, 1));
    const distance = f64x2.sub(value, f64x2.splat(mean));
    squares = f64x2.add(squares, v128.and(isThere, f64x2.mul(distance, distance)));
    const isOutside = v128.or(f64x2.lt(value, f64x2.splat(min)), f64x2.gt(value, f64x2.splat(max)));
    outside = i64x2.sub(outside, isOutside);
  }
  store<f64>(result, f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1));
  store<f64>(result, <f64>(i64x2.extract_lane(outside, 0) + i64x2.extract_lane(outside, 1)), 8);
}

function addOne(counts: usize, bin: i64): void {
  const place = counts + <usize>bin * doubleBytes;
  store<f64>(place, load<f64>(place) + 1);
}

export { clearNegativeZeros, finishHash, hashColumn } from "./hashes";
export { foundRows, nextRow, readRows, untold } from "./csv";
export { drawUnits, sumDrawn } from "./resample";
export { copyFinite, lookUp, readHybrid, spread, sumWords, unpackSnappy, widen } from "./parquet";
export {
  addColumns,
  addErrors,
  addStandardised,
  findPlaces,
  gather,
  keepMarked,
  sortNumbers,
  standardise,
} from "./numbers";
