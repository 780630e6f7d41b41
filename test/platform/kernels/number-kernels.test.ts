import {
  addErrors,
  addStandardised,
  findPlaces,
  keepMarked,
  pickRows,
  sortNumbers,
  standardise,
  sumColumns,
  type ErrorSums,
} from "../../../platform/kernels/number-kernels";

let state = 5;
const next = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
const numbers = (count: number, of = () => (next() - 0.5) * 100): Float64Array =>
  Float64Array.from({ length: count }, of);
/** About a quarter 1, a quarter missing, the others 0. */
const marks = (count: number): Float64Array =>
  numbers(count, () => [1, NaN, 0, 0][Math.floor(next() * 4)] ?? 0);
const withMissing = (count: number): Float64Array =>
  numbers(count, () => (next() < 0.2 ? NaN : (next() - 0.5) * 1e3));
const lengths = [0, 1, 2, 5, 2048, 2049, 4096, 5001];
const order = (values: Float64Array): string[] =>
  Array.from(values, (value) => (Object.is(value, -0) ? "-0" : String(value)));

test.each([...lengths, 40_000])("%p numbers are sorted as the language sorts them", (count) => {
  const values = numbers(count, () => {
    const kind = Math.floor(next() * 6);
    return (
      [0, -0, Infinity, -Infinity, Math.round(next() * 4) - 2, (next() - 0.5) * 10 ** (next() * 600 - 300)][
        kind
      ] ?? 0
    );
  });
  const expected = values.slice().sort();
  sortNumbers(values);
  expect(order(values)).toEqual(order(expected));
});

test.each(lengths)("the places of %p rows with a mark are found, and their values picked", (count) => {
  const [wanted, one, other] = [marks(count), numbers(count), withMissing(count)];
  for (const mark of [0, 1]) {
    const expected = [...wanted.keys()].filter((row) => wanted[row] === mark);
    const places = new Uint16Array(count + 1);
    expect([...places.subarray(0, findPlaces(wanted, mark, places))]).toEqual(expected);
    const targets = [new Float64Array(count), new Float64Array(count)];
    expect(pickRows([one, other], wanted, mark, targets)).toBe(expected.length);
    for (const [index, values] of [one, other].entries())
      expect([...(targets[index]?.subarray(0, expected.length) ?? [])]).toEqual(
        expected.map((row) => values[row]),
      );
  }
});

test.each(lengths)("%p values are standardised to the last bit, alone and in sums", (count) => {
  const terms = [
    { mean: 3.7, scale: 0.9, instead: 2, factor: -1.3 },
    { mean: -1e3, scale: 17, instead: NaN, factor: 0.1 },
  ];
  const columns = [withMissing(count), numbers(count)];
  const standard = columns.map((values, index) => {
    const { mean, scale, instead } = terms[index] ?? terms[0] ?? { mean: 0, scale: 1, instead: 0 };
    return values.map((value) => ((Number.isNaN(value) ? instead : value) - mean) / scale);
  });
  const before = numbers(count);
  const sums = before.slice();
  addStandardised(sums, columns, terms);
  const expected = before.map((sum, row) =>
    terms.reduce((all, { factor }, index) => all + factor * (standard[index]?.[row] ?? NaN), sum),
  );
  expect([...sums]).toEqual([...expected]);
  for (const [index, values] of columns.entries()) {
    standardise(values, terms[index] ?? { mean: 0, scale: 1, instead: 0 });
    expect([...values]).toEqual([...(standard[index] ?? [])]);
  }
});

test.each(lengths)("columns of %p rows are summed in their order", (count) => {
  for (const columns of [1, 4, 6]) {
    const values = Array.from({ length: columns }, () => withMissing(count));
    const instead = values.map((_, index) => (index === 1 ? NaN : index * 1.1));
    const expected = values.map((column, index) =>
      column.reduce((sum, value) => sum + (Number.isNaN(value) ? (instead[index] ?? NaN) : value), 0),
    );
    expect([...sumColumns(values, instead)]).toEqual(expected);
  }
});

test.each(lengths)("of %p values those stay whose mark is the one wanted", (count) => {
  const [values, wanted] = [numbers(count), marks(count)];
  const expected = values.map((value, row) => (wanted[row] === 1 ? value : NaN));
  keepMarked(values, wanted, 1);
  expect([...values]).toEqual([...expected]);
});

test.each(lengths)("errors of %p rows are added in their order", (count) => {
  const [actual, predicted, centre] = [numbers(count), numbers(count), 1.25];
  const expected = [...actual.keys()].reduce<ErrorSums>(
    ([squares, amounts, distances, squaredDistances], row) => {
      const error = (predicted[row] ?? NaN) - (actual[row] ?? NaN);
      const distance = (actual[row] ?? NaN) - centre;
      return [
        squares + error * error,
        amounts + Math.abs(error),
        distances + distance,
        squaredDistances + distance * distance,
      ];
    },
    [1, 2, 3, 4],
  );
  const parts = [0, 100, count].filter((at) => at <= count);
  let sums: ErrorSums = [1, 2, 3, 4];
  for (let part = 1; part < parts.length; part++) {
    const [from, to] = [parts[part - 1], parts[part]];
    sums = addErrors(
      sums,
      { actual: actual.subarray(from, to), predicted: predicted.subarray(from, to) },
      centre,
    );
  }
  expect(sums).toEqual(expected);
});
