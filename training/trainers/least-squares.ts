import { Matrix, QrDecomposition, SingularValueDecomposition } from "ml-matrix";

/** Rows that are folded into the triangular factor at once, at the least. */
const minBlockRows = 256;

/** What is left of least squares over any number of rows: a triangle that has their cross products. */
export class TriangularFactor {
  private readonly block: Matrix;
  private filled = 0;
  rows = 0;

  /** `width` columns; the last one is the right-hand side. */
  constructor(private readonly width: number) {
    this.block = Matrix.zeros(width + Math.max(minBlockRows, width), width);
  }

  add(row: readonly number[]): void {
    if (this.filled === this.block.rows) this.fold();
    this.block.setRow(this.filled, [...row]);
    this.filled += 1;
    this.rows += 1;
  }

  /** The R of the QR decomposition of all rows so far, up to the signs of its rows. */
  triangle(): Matrix {
    this.fold();
    return this.block.subMatrix(0, this.width - 1, 0, this.width - 1);
  }

  /** R of what was folded before and the rows since: as good as R of all rows at once, in the memory of a block. */
  private fold(): void {
    const none = new Array<number>(this.width).fill(0);
    for (let row = this.filled; row < this.block.rows; row++) this.block.setRow(row, none);
    const folded = new QrDecomposition(this.block).upperTriangularMatrix;
    for (let row = 0; row < this.width; row++) this.block.setRow(row, folded.getRow(row));
    this.filled = this.width;
  }
}

export interface LeastSquares {
  readonly intercept: number;
  readonly coefficients: readonly number[];
  /** Greatest by smallest singular value of the centred columns, without the directions that have no effect. */
  readonly condition: number;
  /** Directions among the columns that are not constant in which the rows do not differ, up to rounding. */
  readonly dependent: number;
}

/**
 * Least squares with an intercept from the triangular factor of rows (1, columns, right-hand side), each by the root of
 * its weight. The first column takes the means out exactly. Where several solutions are equally good it is the one of
 * least |b|: singular values below the rounding of the rows count as zero, by the bound of numpy's `lstsq`.
 */
export function solveTriangle(triangle: Matrix, rows: number): LeastSquares {
  const size = triangle.columns - 2;
  const centred = triangle.subMatrix(1, size, 1, size);
  const right = triangle.subMatrix(1, size, size + 1, size + 1);
  const { diagonal, leftSingularVectors, rightSingularVectors } = new SingularValueDecomposition(centred, {
    autoTranspose: true,
  });
  const [greatest = 0] = diagonal;
  const bound = Number.EPSILON * Math.max(rows, size) * greatest;
  const kept = diagonal.flatMap((value, index) => (value > bound ? [index] : []));
  const inBasis = leftSingularVectors.transpose().mmul(right);
  const coefficients = Array.from({ length: size }, (_, row) =>
    kept.reduce(
      (sum, index) =>
        sum + (rightSingularVectors.get(row, index) * inBasis.get(index, 0)) / (diagonal[index] ?? NaN),
      0,
    ),
  );
  const constant = Array.from({ length: size }, (_, index) => centred.getColumnVector(index).norm()).filter(
    (norm) => norm <= bound,
  ).length;
  const shift = coefficients.reduce((sum, value, index) => sum + value * triangle.get(0, index + 1), 0);
  return {
    intercept: (triangle.get(0, size + 1) - shift) / triangle.get(0, 0),
    coefficients,
    condition: greatest / (diagonal[kept.at(-1) ?? -1] ?? greatest),
    dependent: size - constant - kept.length,
  };
}
