import { columnRows, doubleBytes, pieces, upTo, workplace } from "./workplace";

/** So many rows of hundreds of columns stay in the processor's cache while each is multiplied with each. */
const rowsAtOnce = 256;

/** The sums of weight × column i × column j over rows, at i × `width` + j, for each j <= i. They are there until the next call. */
export function sumProducts(
  columns: readonly Float64Array[],
  weights: Float64Array,
): { readonly sums: Float64Array; readonly width: number } {
  const place = workplace();
  const width = upTo(columns.length, 4);
  const [weighted, factors] = [width * rowsAtOnce, 2 * width * rowsAtOnce];
  const sums = factors + rowsAtOnce;
  const end = sums + width * width;
  place.need(end);
  const { doubles, run } = place;
  doubles.fill(0, 0, end);
  for (const [from, to] of pieces(weights.length, rowsAtOnce)) {
    const rows = place.put(factors, weights.subarray(from, to));
    for (let index = 0; index < columns.length; index++) {
      const at = index * rowsAtOnce;
      place.put(at, (columns[index] ?? weights).subarray(from, to));
      run.multiply(at * doubleBytes, factors * doubleBytes, (weighted + at) * doubleBytes, rows);
    }
    run.addProducts(0, weighted * doubleBytes, rowsAtOnce * doubleBytes, width, rows, sums * doubleBytes);
  }
  return { sums: doubles.subarray(sums, end), width };
}

/** Adds to each row's sum factor × column, of each column. */
export function addScaled(
  sums: Float64Array,
  columns: readonly Float64Array[],
  factors: ArrayLike<number>,
): void {
  const { doubles, run } = workplace();
  for (const [from, to] of pieces(sums.length, columnRows)) {
    doubles.set(sums.subarray(from, to));
    for (let column = 0; column < columns.length; column++) {
      doubles.set(columns[column]?.subarray(from, to) ?? [], columnRows);
      run.addScaled(columnRows * doubleBytes, factors[column] ?? NaN, 0, upTo(to - from, 2));
    }
    sums.set(doubles.subarray(0, to - from), from);
  }
}

/** Of each column the sum of factor × value over its rows. */
export function sumScaled(columns: readonly Float64Array[], factors: Float64Array): Float64Array {
  const place = workplace();
  const sums = new Float64Array(columns.length);
  for (const [from, to] of pieces(factors.length, columnRows)) {
    const rows = place.put(0, factors.subarray(from, to));
    for (let column = 0; column < columns.length; column++) {
      place.put(columnRows, (columns[column] ?? factors).subarray(from, to));
      sums[column] = (sums[column] ?? NaN) + place.run.product(0, columnRows * doubleBytes, rows);
    }
  }
  return sums;
}

/** What is known of numbers; NaN is missing. */
export interface Summary {
  /** Numbers that are there. */
  readonly count: number;
  readonly sum: number;
  /** Infinite where there is none. */
  readonly min: number;
  readonly max: number;
  /** Whether all are whole; what is infinite is not. */
  readonly isWhole: boolean;
}

export function summarise(values: Float64Array): Summary {
  const { doubles, run } = workplace();
  let [count, sum, min, max, isWhole] = [0, 0, Infinity, -Infinity, true];
  for (const [from, to] of pieces(values.length, columnRows)) {
    doubles.set(values.subarray(from, to));
    run.summarise(0, to - from, columnRows * doubleBytes);
    count += doubles[columnRows] ?? NaN;
    sum += doubles[columnRows + 1] ?? NaN;
    min = Math.min(min, doubles[columnRows + 2] ?? NaN);
    max = Math.max(max, doubles[columnRows + 3] ?? NaN);
    isWhole &&= doubles[columnRows + 4] === 1;
  }
  return { count, sum, min, max, isWhole };
}

/** The sum of weight × squared distance from `centre`; a missing number counts as `instead`. Without weights each counts 1. */
export function squaresAround(
  values: Float64Array,
  {
    weights,
    centre,
    instead,
  }: { readonly weights?: Float64Array | undefined; readonly centre: number; readonly instead: number },
): number {
  const place = workplace();
  let squares = 0;
  if (!weights) place.doubles.fill(1, columnRows, 2 * columnRows);
  for (const [from, to] of pieces(values.length, columnRows)) {
    // A row of padding lies at the centre, and counts nothing.
    const rows = place.put(0, values.subarray(from, to), centre);
    if (weights) place.put(columnRows, weights.subarray(from, to));
    else if (rows > to - from) place.doubles[columnRows + to - from] = 0;
    squares += place.run.squaresAround(0, columnRows * doubleBytes, rows, centre, instead);
  }
  return squares;
}

/** Where the bins of a column are. */
export interface Bins {
  /** Rising; bin i has what lies above edge i - 1 up to edge i. */
  readonly edges: Float64Array;
  /** What lies outside is counted, too. */
  readonly within: readonly [min: number, max: number];
}

/** The number of values in each bin, NaN left out, the sum of their squares around `mean`, and how many lie outside. */
export function countBins(
  values: Float64Array,
  { edges, within: [min, max] }: Bins,
  mean: number,
): { readonly counts: Float64Array; readonly squares: number; readonly outside: number } {
  const place = workplace();
  const edgesAt = columnRows;
  const countsAt = edgesAt + edges.length;
  const missingAt = countsAt + edges.length + 1;
  const resultAt = missingAt + 1;
  place.need(resultAt + 2);
  const { doubles, run } = place;
  doubles.set(edges, edgesAt);
  doubles.fill(0, countsAt, resultAt);
  let [squares, outside] = [0, 0];
  for (const [from, to] of pieces(values.length, columnRows)) {
    const rows = place.put(0, values.subarray(from, to), NaN);
    run.countBins(
      0,
      rows,
      edgesAt * doubleBytes,
      edges.length,
      mean,
      min,
      max,
      countsAt * doubleBytes,
      resultAt * doubleBytes,
    );
    squares += doubles[resultAt] ?? NaN;
    outside += doubles[resultAt + 1] ?? NaN;
  }
  return { counts: doubles.slice(countsAt, missingAt), squares, outside };
}

/**
 * Hashes of rows whose values come column by column, each as two words, the lower half first: of each row the lower and the higher half.
 * Each bit depends on every bit of the row. `areNumbers` says that the two zeros are one number; `into` has room for the hashes.
 */
export function hashRows(
  columns: readonly Uint32Array[],
  [lowSeed, highSeed]: readonly [number, number],
  { areNumbers, into }: { readonly areNumbers: boolean; readonly into?: Uint32Array | undefined },
): Uint32Array {
  const { words, run } = workplace();
  const rows = (columns[0]?.length ?? 0) / 2;
  const hashes = into?.subarray(0, 2 * rows) ?? new Uint32Array(2 * rows);
  const [low, high] = [2 * columnRows, 3 * columnRows];
  for (const [from, to] of pieces(rows, columnRows)) {
    const padded = upTo(to - from, 4);
    words.fill(lowSeed, low, low + padded);
    words.fill(highSeed, high, high + padded);
    for (const column of columns) {
      words.set(column.subarray(2 * from, 2 * to));
      if (areNumbers) run.clearNegativeZeros(0, padded);
      run.hashColumn(0, padded, 4 * low, 4 * high);
    }
    run.finishHash(4 * low, 4 * high, padded, columns.length, 0);
    hashes.set(words.subarray(0, 2 * (to - from)), 2 * from);
  }
  return hashes;
}
