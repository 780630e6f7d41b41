import { addPredictors, addSums, CrossProducts } from "../../../training/trainers/cross-products";

/** Seven columns: numbers at 0, 1, 2, 3 and 6, a category of two values at 4 and 5. */
const size = 7;
const rows = 1003;
const at = [0, 1, 2, 3, 6];
const numberOf = (row: number, column: number): number => ((row * (column + 3) * 7919) % 1000) / 100 - 4;
const placeOf = (row: number): number => (row % 3) + 4;
const known = (row: number): boolean => row % 3 < 2;
const weightOf = (row: number): number => (row % 5) / 4;

/** What a row is in all its columns. */
function dense(row: number): number[] {
  const values = new Array<number>(size).fill(0);
  for (const column of at) values[column] = numberOf(row, column);
  if (known(row)) values[placeOf(row)] = 1;
  return values;
}

function blockOf(from: number, to: number) {
  const of = Array.from({ length: to - from }, (_, index) => from + index);
  return {
    rows: of.length,
    dense: at.map((column) => ({
      at: column,
      values: Float64Array.from(of, (row) => numberOf(row, column)),
    })),
    categories: [Int32Array.from(of, (row) => (known(row) ? placeOf(row) : -1))],
    weights: Float64Array.from(of, weightOf),
  };
}

test("cross products in blocks are those of the rows, to rounding, and symmetric", () => {
  const products = new CrossProducts(size);
  for (const [from, to] of [
    [0, 500],
    [500, 501],
    [501, rows],
  ] as const) {
    const { weights, ...block } = blockOf(from, to);
    products.add(block, weights);
  }
  const matrix = products.matrix();
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      let sum = 0;
      let sizeOfTerms = 0;
      for (let row = 0; row < rows; row++) {
        const term = weightOf(row) * (dense(row)[i] ?? NaN) * (dense(row)[j] ?? NaN);
        sum += term;
        sizeOfTerms += Math.abs(term);
      }
      expect(Math.abs(matrix.get(i, j) - sum)).toBeLessThanOrEqual(1e-13 * sizeOfTerms);
      expect(matrix.get(i, j)).toBe(matrix.get(j, i));
    }
  }
});

test("equal blocks give equal sums to the last bit", () => {
  const [one, other] = [new CrossProducts(size), new CrossProducts(size)];
  for (const products of [one, other]) {
    const { weights, ...block } = blockOf(0, rows);
    products.add(block, weights);
  }
  expect(other.matrix().to1DArray()).toEqual(one.matrix().to1DArray());
});

test("sums and predictors of a block are those of its rows", () => {
  const { weights, ...block } = blockOf(0, rows);
  const sums = new Float64Array(size);
  addSums(sums, block, weights);
  const coefficients = [1, -2, 0.5, 3, 10, -10, 0.25];
  const predictors = new Float64Array(rows);
  addPredictors(predictors, block, coefficients);
  coefficients.forEach((_, column) => {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += weightOf(row) * (dense(row)[column] ?? NaN);
    expect(sums[column]).toBeCloseTo(sum, 9);
  });
  for (const row of [0, 1, 2, rows - 1]) {
    const expected = dense(row).reduce(
      (sum, value, column) => sum + value * (coefficients[column] ?? NaN),
      0,
    );
    expect(predictors[row]).toBeCloseTo(expected, 12);
  }
});
