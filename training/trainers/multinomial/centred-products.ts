import { Matrix } from "ml-matrix";
import { CrossProducts } from "../cross-products";
import { onesOf, withColumn } from "../design";
import { findCholesky, rangeBasis, type Factor } from "../linear-algebra";
import { notFinite } from "../../preprocessing/sql";
import type { KeptBlocks } from "./kept-blocks";

/** Weighted sums of products of columns around their means. */
export interface CentredProducts {
  /** Sum of the weights. */
  readonly total: number;
  readonly means: Float64Array;
  readonly matrix: Matrix;
}

export async function centredProducts(blocks: KeptBlocks): Promise<CentredProducts> {
  const { width } = blocks;
  const products = new CrossProducts(width + 1);
  for await (const block of blocks) {
    products.add(withColumn(block, width, onesOf(block.rows)), block.weights);
  }
  const sums = products.matrix();
  const total = sums.get(width, width);
  const means = Float64Array.from({ length: width }, (_, column) => sums.get(column, width) / total);
  const matrix = new Matrix(width, width);
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < width; j++) {
      matrix.set(i, j, sums.get(i, j) - total * (means[i] ?? NaN) * (means[j] ?? NaN));
    }
  }
  return { total, means, matrix };
}

/** Solves with half of the products and the penalty; without one, within the directions in which the rows differ. */
function solverOf({ matrix }: CentredProducts, l2: number): (right: number[]) => number[] {
  const half = Matrix.mul(matrix, 0.5);
  if (l2 > 0) {
    for (let column = 0; column < half.rows; column++)
      half.set(column, column, half.get(column, column) + l2);
    const factor = factorOf(half);
    return (right) => factor.solve(right);
  }
  const basis = rangeBasis(half);
  const transposed = basis.transpose();
  const factor = factorOf(transposed.mmul(half).mmul(basis));
  return (right) => {
    const inside = factor.solve(transposed.mmul(Matrix.columnVector(right)).to1DArray());
    return basis.mmul(Matrix.columnVector(inside)).to1DArray();
  };
}

function factorOf(matrix: Matrix): Factor {
  const factor = findCholesky(matrix);
  if (!factor) throw notFinite("A sum of products of columns");
  return factor;
}

/**
 * The inverse of Böhning's bound of the second derivatives: of each class ½ of the products plus the penalty, and of its intercept ½ of
 * the weights. Vectors have coefficients and intercept of one class after the other.
 */
export function preconditionerOf(
  products: CentredProducts,
  l2: number,
): (vector: Float64Array) => Float64Array {
  const width = products.means.length;
  const solve = solverOf(products, l2);
  return (vector) => {
    const result = new Float64Array(vector.length);
    for (let first = 0; first < vector.length; first += width + 1) {
      result.set(solve(Array.from(vector.subarray(first, first + width))), first);
      result[first + width] = (2 * (vector[first + width] ?? NaN)) / products.total;
    }
    return result;
  };
}
