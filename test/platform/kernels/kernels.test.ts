import {
  addScaled,
  hashRows,
  squaresAround,
  sumScaled,
  sumProducts,
  summarise,
} from "../../../platform/kernels/kernels";

/** Numbers without a pattern, from -8 to 8, and all bits of them in use. */
function numbers(count: number, seed: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state / 2 ** 32 - 0.5) * 16;
  });
}

/** Around the numbers of rows that are worked on at once, and around the register's. */
const lengths = [0, 1, 2, 3, 5, 255, 256, 257, 2047, 2048, 2049, 5001];

test.each(lengths)("sums of products of %i rows are those of a plain loop, to rounding", (rows) => {
  for (const count of [1, 4, 5, 11]) {
    const columns = Array.from({ length: count }, (_, column) => numbers(rows, column + 1));
    const weights = numbers(rows, 99).map(Math.abs);
    const { sums, width } = sumProducts(columns, weights);
    for (let one = 0; one < count; one++) {
      for (let other = 0; other <= one; other++) {
        let [sum, size] = [0, 0];
        for (let row = 0; row < rows; row++) {
          const term = (weights[row] ?? NaN) * (columns[one]?.[row] ?? NaN) * (columns[other]?.[row] ?? NaN);
          [sum, size] = [sum + term, size + Math.abs(term)];
        }
        expect(Math.abs((sums[one * width + other] ?? NaN) - sum)).toBeLessThanOrEqual(1e-14 * size);
      }
    }
  }
});

test.each(lengths)("sums of %i rows and of their columns are those of a plain loop", (rows) => {
  const columns = [numbers(rows, 1), numbers(rows, 2), numbers(rows, 3)];
  const factors = [0.5, -2, 3];
  const sums = numbers(rows, 4);
  const expected = sums.map((sum, row) =>
    columns.reduce((total, values, column) => total + (factors[column] ?? NaN) * (values[row] ?? NaN), sum),
  );
  addScaled(sums, columns, factors);
  expect(sums).toEqual(expected);
  const weights = numbers(rows, 5);
  const ofColumns = columns.map((values) =>
    values.reduce((sum, value, row) => sum + value * (weights[row] ?? NaN), 0),
  );
  const found = sumScaled(columns, weights);
  for (const [column, sum] of ofColumns.entries()) expect(found[column]).toBeCloseTo(sum, 8);
});

test("a missing number makes sums of products missing, and none of others", () => {
  const { sums, width } = sumProducts(
    [Float64Array.of(1, 2, 3), Float64Array.of(1, NaN, 3)],
    Float64Array.of(1, 1, 1),
  );
  expect([sums[0], sums[width], sums[width + 1]]).toEqual([14, NaN, NaN]);
});

test.each(lengths)("a summary of %i numbers is that of a plain loop", (rows) => {
  const values = numbers(rows, 5).map((value, row) => (row % 7 === 3 ? NaN : value));
  const there = Array.from(values).filter((value) => !Number.isNaN(value));
  const { sum, ...facts } = summarise(values);
  expect(facts).toEqual({
    count: there.length,
    min: Math.min(...there),
    max: Math.max(...there),
    isWhole: there.length === 0,
  });
  expect(sum).toBeCloseTo(
    there.reduce((total, value) => total + value, 0),
    9,
  );
});

test.each([
  { values: [3, NaN, -4, 1e300, 0, -0], isWhole: true },
  { values: [3, 2, 1, 0.5], isWhole: false },
  { values: [3, 2, 1, 0, 0.5], isWhole: false },
  { values: [3, 2, 1, Infinity], isWhole: false },
  { values: [-Infinity], isWhole: false },
  { values: [NaN, NaN, NaN, NaN, NaN], isWhole: true },
])("whether all of $values are whole: $isWhole", ({ values, isWhole }) => {
  const there = values.filter((value) => !Number.isNaN(value));
  expect(summarise(Float64Array.from(values))).toEqual({
    count: there.length,
    sum: there.reduce((sum, value) => sum + value, 0),
    min: Math.min(...there),
    max: Math.max(...there),
    isWhole,
  });
});

test.each(lengths)("squares of %i numbers around a centre are those of a plain loop", (rows) => {
  const values = numbers(rows, 3).map((value, row) => (row % 5 === 1 ? NaN : value));
  const weights = numbers(rows, 4).map(Math.abs);
  for (const given of [undefined, weights]) {
    const expected = Array.from(values).reduce(
      (sum, value, row) => sum + (given?.[row] ?? 1) * ((Number.isNaN(value) ? 2 : value) - 1.5) ** 2,
      0,
    );
    const found = squaresAround(values, { weights: given, centre: 1.5, instead: 2 });
    expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-13 * expected);
  }
});

test("a missing number that nothing stands for makes the squares missing", () => {
  expect(squaresAround(Float64Array.of(1, NaN), { centre: 0, instead: NaN })).toBeNaN();
});

test("a hash of a row does not depend on the rows around it", () => {
  const columns = [numbers(5001, 7), numbers(5001, 8)];
  const hashesOf = (from: number, to: number): Uint32Array =>
    hashRows(
      columns.map((values) => new Uint32Array(values.slice(from, to).buffer)),
      [1, 2],
      { areNumbers: true },
    );
  const all = hashesOf(0, 5001);
  for (const row of [0, 1, 2, 3, 2046, 2047, 2048, 2049, 5000])
    expect(hashesOf(row, row + 1)).toEqual(all.slice(2 * row, 2 * row + 2));
});
