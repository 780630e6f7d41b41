import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { findCholeskySolution, largestVarianceInflation } from "../../../training/trainers/linear-algebra";

/** Cross products of columns that depend on each other a little: positive definite. */
function gramOf(size: number): Matrix {
  const rows = Array.from({ length: 3 * size }, (_, row) =>
    Array.from(
      { length: size },
      (_column, column) => Math.sin(row * 1.7 + column * column * 0.3) + (row % (column + 2) === 0 ? 1 : 0),
    ),
  );
  const matrix = new Matrix(rows);
  return matrix.transpose().mmul(matrix);
}

test.each([1, 2, 7, 40])("a system of %p columns has the solution that ml-matrix finds", (size) => {
  const gram = gramOf(size);
  const right = Array.from({ length: size }, (_, index) => Math.cos(index));
  const expected = new CholeskyDecomposition(gram).solve(Matrix.columnVector(right)).to1DArray();
  const found = findCholeskySolution(gram, right) ?? [];
  expect(found).toHaveLength(size);
  found.forEach((value, index) => {
    expect(Math.abs(value - (expected[index] ?? NaN))).toBeLessThan(
      1e-9 * Math.max(...expected.map(Math.abs)),
    );
  });
});

test("the largest variance inflation is the closed form's of two columns, and that of the inverse for many", () => {
  const correlation = 0.9;
  expect(
    largestVarianceInflation(
      new Matrix([
        [4, 6 * correlation],
        [6 * correlation, 9],
      ]),
    ),
  ).toBeCloseTo(1 / (1 - correlation ** 2), 12);
  const gram = gramOf(12);
  const inverse = new CholeskyDecomposition(gram).solve(Matrix.identity(12));
  const inflations = gram.diagonal().map((value, index) => value * inverse.get(index, index));
  expect(largestVarianceInflation(gram) / Math.max(...inflations)).toBeCloseTo(1, 9);
});

test("what is not positive definite has no solution and no bound", () => {
  const dependent = new Matrix([
    [1, 1],
    [1, 1],
  ]);
  expect(findCholeskySolution(dependent, [1, 1])).toBeUndefined();
  expect(largestVarianceInflation(dependent)).toBe(Infinity);
  expect(largestVarianceInflation(new Matrix([[0]]))).toBe(Infinity);
});
