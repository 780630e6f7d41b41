import { columnRows, doubleBytes, pieces, upTo, workplace } from "./workplace";

/** Puts the places, from 0, of the rows whose mark is the one wanted into `places`, which has room for one more; gives how many there are. */
export function findPlaces(marks: Float64Array, wanted: number, places: Uint16Array): number {
  const { doubles, words, run } = workplace();
  let found = 0;
  const at = 2 * columnRows;
  for (const [from, to] of pieces(marks.length, columnRows)) {
    doubles.set(marks.subarray(from, to));
    const count = run.findPlaces(0, to - from, wanted, 4 * at);
    const some = new Uint16Array(words.buffer, 4 * at, count);
    places.set(some, found);
    if (from > 0)
      for (let index = found; index < found + count; index++) places[index] = (places[index] ?? 0) + from;
    found += count;
  }
  return found;
}

/** Puts the values of each column at places, which rise, into its target from `at` on. */
export function gather(
  columns: readonly Float64Array[],
  places: Uint16Array,
  targets: readonly Float64Array[],
  at = 0,
): void {
  const place = workplace();
  const valuesAt = upTo(places.length, 4) / 4;
  const rows = (places.at(-1) ?? -1) + 1;
  const pickedAt = valuesAt + rows;
  place.need(pickedAt + places.length);
  const { doubles, run } = place;
  new Uint16Array(doubles.buffer).set(places);
  for (const [column, values] of columns.entries()) {
    doubles.set(values.subarray(0, rows), valuesAt);
    run.gather(valuesAt * doubleBytes, 0, places.length, pickedAt * doubleBytes);
    targets[column]?.set(doubles.subarray(pickedAt, pickedAt + places.length), at);
  }
}

/**
 * Puts the values of the rows whose mark is the one wanted at the start of the targets, which are as long as the columns; gives how many
 * there are.
 */
export function pickRows(
  columns: readonly Float64Array[],
  marks: Float64Array,
  wanted: number,
  targets: readonly Float64Array[],
): number {
  const places = new Uint16Array(marks.length + 1);
  const found = places.subarray(0, findPlaces(marks, wanted, places));
  gather(columns, found, targets);
  return found.length;
}

/** How a number is standardised: a missing one counts as `instead`. */
export interface Standard {
  readonly mean: number;
  readonly scale: number;
  readonly instead: number;
}

/** Adds to each row's sum, of each column, factor × (value - mean) / scale. */
export function addStandardised(
  sums: Float64Array,
  columns: readonly Float64Array[],
  terms: readonly (Standard & { readonly factor: number })[],
): void {
  const place = workplace();
  for (const [from, to] of pieces(sums.length, columnRows)) {
    const rows = place.put(0, sums.subarray(from, to));
    for (const [index, { mean, scale, instead, factor }] of terms.entries()) {
      place.put(columnRows, columns[index]?.subarray(from, to) ?? new Float64Array());
      place.run.addStandardised(columnRows * doubleBytes, rows, mean, scale, instead, factor, 0);
    }
    sums.set(place.doubles.subarray(0, to - from), from);
  }
}

/** In place: NaN in the rows whose mark is not the one wanted. */
export function keepMarked(values: Float64Array, marks: Float64Array, wanted: number): void {
  const place = workplace();
  for (const [from, to] of pieces(values.length, columnRows)) {
    const some = values.subarray(from, to);
    const rows = place.put(0, some);
    place.put(columnRows, marks.subarray(from, to));
    place.run.keepMarked(0, columnRows * doubleBytes, rows, wanted);
    some.set(place.doubles.subarray(0, some.length));
  }
}

const columnsAtOnce = 4;

/** The sum of each column, in the order of its rows; a missing number counts as the column's place among `instead` says. */
export function sumColumns(columns: readonly Float64Array[], instead: readonly number[]): Float64Array {
  const { doubles, run } = workplace();
  const sums = new Float64Array(columns.length);
  const othersAt = columnsAtOnce * columnRows;
  const sumsAt = othersAt + columnsAtOnce;
  for (let first = 0; first < columns.length; first += columnsAtOnce) {
    const some = columns.slice(first, first + columnsAtOnce);
    doubles.fill(0, othersAt, sumsAt + columnsAtOnce);
    doubles.set(instead.slice(first, first + columnsAtOnce), othersAt);
    for (const [from, to] of pieces(some[0]?.length ?? 0, columnRows)) {
      for (const [index, values] of some.entries())
        doubles.set(values.subarray(from, to), index * columnRows);
      run.addColumns(0, columnRows * doubleBytes, to - from, othersAt * doubleBytes, sumsAt * doubleBytes);
    }
    sums.set(doubles.subarray(sumsAt, sumsAt + some.length), first);
  }
  return sums;
}

/** In place: (value - mean) / scale of each value; a missing one counts as `instead`. */
export function standardise(values: Float64Array, { mean, scale, instead }: Standard): void {
  const place = workplace();
  for (const [from, to] of pieces(values.length, columnRows)) {
    const some = values.subarray(from, to);
    place.run.standardise(0, place.put(0, some), mean, scale, instead);
    some.set(place.doubles.subarray(0, some.length));
  }
}

/** Sums over rows, added in their order: of the squared errors, of their amounts, and of the targets' distances from a centre, plain and squared. */
export type ErrorSums = readonly [
  squares: number,
  amounts: number,
  distances: number,
  squaredDistances: number,
];

/** Adds those of some rows to the sums before. */
export function addErrors(
  before: ErrorSums,
  { actual, predicted }: { readonly actual: Float64Array; readonly predicted: Float64Array },
  centre: number,
): ErrorSums {
  const { doubles, run } = workplace();
  const sums = 2 * columnRows;
  doubles.set(before, sums);
  for (const [from, to] of pieces(actual.length, columnRows)) {
    doubles.set(actual.subarray(from, to));
    doubles.set(predicted.subarray(from, to), columnRows);
    run.addErrors(0, columnRows * doubleBytes, to - from, centre, sums * doubleBytes);
  }
  const [squares = NaN, amounts = NaN, distances = NaN, squaredDistances = NaN] = doubles.subarray(
    sums,
    sums + 4,
  );
  return [squares, amounts, distances, squaredDistances];
}

const digitValues = 2048;

/** Sorts numbers in place, none of which is NaN; the negative zero is before the other. Takes as many bytes again, and that many remain. */
export function sortNumbers(values: Float64Array): void {
  const place = workplace();
  const count = upTo(values.length, 2);
  place.need(2 * count + digitValues);
  place.doubles.set(values);
  place.run.sortNumbers(0, values.length, count * doubleBytes, 2 * count * doubleBytes);
  values.set(place.doubles.subarray(0, values.length));
}
