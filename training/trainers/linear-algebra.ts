import { EigenvalueDecomposition, Matrix } from "ml-matrix";

/**
 * An eigenvalue below this share of the greatest counts as zero: the cross products it comes from are sums with
 * rounding errors of about 1e-13, and what is left of a dependent column is of that size.
 */
const rankTolerance = 1e-10;

/** The same matrix without the rounding errors that make it not quite symmetric. */
function symmetric(matrix: Matrix): Matrix {
  return matrix.transpose().add(matrix).mul(0.5);
}

/**
 * The lower triangle L of a symmetric positive definite matrix L·Lᵀ, row by row; undefined when the matrix is not numerically so.
 * Products of whole rows of doubles: many times faster than through a matrix's accessors where there are hundreds of them.
 */
function findCholeskyRows(matrix: Matrix): Float64Array[] | undefined {
  const rows: Float64Array[] = [];
  for (let i = 0; i < matrix.rows; i++) {
    const row = new Float64Array(i + 1);
    for (let j = 0; j < i; j++) {
      const other = rows[j] ?? row;
      row[j] = (mean(matrix, i, j) - productOf(row, other, j)) / (other[j] ?? NaN);
    }
    const pivot = matrix.get(i, i) - productOf(row, row, i);
    if (!(pivot > 0)) return undefined;
    row[i] = Math.sqrt(pivot);
    rows.push(row);
  }
  return rows;
}

/** Of the two entries that rounding may have made not quite the same. */
function mean(matrix: Matrix, i: number, j: number): number {
  return (matrix.get(i, j) + matrix.get(j, i)) / 2;
}

/** Of the first entries of two rows. */
function productOf(one: Float64Array, other: Float64Array, length: number): number {
  let even = 0;
  let odd = 0;
  let at = 0;
  for (; at + 1 < length; at += 2) {
    even += (one[at] ?? NaN) * (other[at] ?? NaN);
    odd += (one[at + 1] ?? NaN) * (other[at + 1] ?? NaN);
  }
  if (at < length) even += (one[at] ?? NaN) * (other[at] ?? NaN);
  return even + odd;
}

/** A symmetric positive definite matrix that systems are solved with. */
export interface Factor {
  readonly solve: (right: readonly number[]) => number[];
}

/** Undefined when the matrix is not numerically positive definite. */
export function findCholesky(matrix: Matrix): Factor | undefined {
  const rows = findCholeskyRows(matrix);
  return rows && { solve: (right) => solveRows(rows, right) };
}

/** Solves a symmetric positive definite system; undefined when the matrix is not numerically so. */
export function findCholeskySolution(matrix: Matrix, right: readonly number[]): number[] | undefined {
  const solution = findCholesky(matrix)?.solve(right);
  return solution?.every(Number.isFinite) ? solution : undefined;
}

function solveRows(rows: readonly Float64Array[], right: readonly number[]): number[] {
  const solution = Float64Array.from(right);
  for (const [i, row] of rows.entries()) {
    solution[i] = ((solution[i] ?? NaN) - productOf(row, solution, i)) / (row[i] ?? NaN);
  }
  for (const [i, row] of [...rows.entries()].reverse()) {
    const value = (solution[i] ?? NaN) / (row[i] ?? NaN);
    solution[i] = value;
    for (let j = 0; j < i; j++) solution[j] = (solution[j] ?? NaN) - value * (row[j] ?? NaN);
  }
  return Array.from(solution);
}

/** The diagonal of the inverse of L·Lᵀ. */
function inverseDiagonal(rows: readonly Float64Array[]): number[] {
  const diagonal = new Float64Array(rows.length);
  // Rows of the inverse of L, whose squares sum up by column.
  const inverse: Float64Array[] = [];
  for (const [i, row] of rows.entries()) {
    const line = new Float64Array(i + 1);
    for (const [k, other] of inverse.entries()) {
      const factor = row[k] ?? NaN;
      for (let j = 0; j <= k; j++) line[j] = (line[j] ?? NaN) - factor * (other[j] ?? NaN);
    }
    line[i] = 1;
    const pivot = row[i] ?? NaN;
    for (let j = 0; j <= i; j++) {
      const value = (line[j] ?? NaN) / pivot;
      line[j] = value;
      diagonal[j] = (diagonal[j] ?? NaN) + value * value;
    }
    inverse.push(line);
  }
  return Array.from(diagonal);
}

/** An orthonormal basis, in columns, of what a symmetric positive semidefinite matrix does not map to zero. */
export function rangeBasis(matrix: Matrix): Matrix {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(symmetric(matrix), {
    assumeSymmetric: true,
  });
  const bound = rankTolerance * Math.max(0, ...realEigenvalues);
  const kept = realEigenvalues.flatMap((value, index) => (value > bound ? [index] : []));
  return eigenvectorMatrix.subMatrixColumn(kept);
}

/**
 * The largest variance inflation factor of a symmetric positive definite matrix of cross products: how many times its
 * inverse's diagonal is what it would be without the other columns. Infinite when the matrix is not numerically so.
 */
export function largestVarianceInflation(gram: Matrix): number {
  const roots = gram.diagonal().map(Math.sqrt);
  if (!roots.every((root) => root > 0)) return Infinity;
  const scaled = new Matrix(roots.map((one, i) => roots.map((other, j) => gram.get(i, j) / (one * other))));
  const rows = findCholeskyRows(scaled);
  if (!rows) return Infinity;
  const inflations = inverseDiagonal(rows);
  return inflations.every(Number.isFinite) ? Math.max(1, ...inflations) : Infinity;
}
