import { CholeskyDecomposition, EigenvalueDecomposition, Matrix } from "ml-matrix";

/**
 * An eigenvalue below this share of the greatest counts as zero: the cross products it comes from are sums with
 * rounding errors of about 1e-13, and what is left of a dependent column is of that size.
 */
const rankTolerance = 1e-10;

/** The same matrix without the rounding errors that make it not quite symmetric. */
function symmetric(matrix: Matrix): Matrix {
  return matrix.transpose().add(matrix).mul(0.5);
}

/** Solves a symmetric positive definite system; undefined when the matrix is not numerically so. */
export function findCholeskySolution(matrix: Matrix, right: readonly number[]): number[] | undefined {
  const decomposition = new CholeskyDecomposition(symmetric(matrix));
  if (!decomposition.isPositiveDefinite()) return undefined;
  const solution = decomposition.solve(Matrix.columnVector([...right])).to1DArray();
  return solution.every(Number.isFinite) ? solution : undefined;
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
  const decomposition = new CholeskyDecomposition(symmetric(scaled));
  if (!decomposition.isPositiveDefinite()) return Infinity;
  const inflations = decomposition.solve(Matrix.identity(roots.length)).diagonal();
  return inflations.every(Number.isFinite) ? Math.max(1, ...inflations) : Infinity;
}
