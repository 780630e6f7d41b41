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
export function rangeBasis(matrix: Matrix): { readonly basis: Matrix; readonly eigenvalues: number[] } {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(symmetric(matrix), {
    assumeSymmetric: true,
  });
  const bound = rankTolerance * Math.max(0, ...realEigenvalues);
  const kept = realEigenvalues.flatMap((value, index) => (value > bound ? [index] : []));
  return {
    basis: eigenvectorMatrix.subMatrixColumn(kept),
    eigenvalues: kept.map((index) => realEigenvalues[index] ?? NaN),
  };
}

/** The solution of least norm of a symmetric positive semidefinite system. */
export function leastNormSolution(matrix: Matrix, right: readonly number[]): number[] {
  const { basis, eigenvalues } = rangeBasis(matrix);
  const inBasis = basis.transpose().mmul(Matrix.columnVector([...right]));
  const scaled = eigenvalues.map((value, index) => inBasis.get(index, 0) / value);
  return basis.mmul(Matrix.columnVector(scaled)).to1DArray();
}
