import { Matrix } from "ml-matrix";
import { addScaled, sumProducts, sumScaled } from "../../platform/kernels/kernels";
import type { EncodedBlock } from "../preprocessing/encoded-blocks";

/** What cross products are summed of. */
type Columns = Pick<EncodedBlock, "rows" | "dense" | "categories">;

/**
 * Sums of weight × column × column over rows that come in blocks. Products of columns of numbers are summed within a block first,
 * so that equal blocks give equal sums to the last bit, and rounding grows with the number of blocks and not of rows.
 */
export class CrossProducts {
  /** Row-major, the entry of columns i and j <= i at i × size + j. */
  private readonly sums: Float64Array;

  constructor(private readonly size: number) {
    this.sums = new Float64Array(size * size);
  }

  add(block: Columns, weights: Float64Array): void {
    this.addDense(block, weights);
    if (block.categories.length > 0) this.addCategories(block, weights);
  }

  /** Symmetric. */
  matrix(): Matrix {
    const { size, sums } = this;
    const matrix = new Matrix(size, size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) {
        const sum = sums[i * size + j] ?? NaN;
        matrix.set(i, j, sum);
        matrix.set(j, i, sum);
      }
    }
    return matrix;
  }

  private addDense({ dense }: Columns, weights: Float64Array): void {
    const { sums, size } = this;
    const { sums: found, width } = sumProducts(
      dense.map(({ values }) => values),
      weights,
    );
    for (const [index, { at }] of dense.entries()) {
      for (let other = 0; other <= index; other++) {
        const entry = at * size + (dense[other]?.at ?? NaN);
        sums[entry] = (sums[entry] ?? 0) + (found[index * width + other] ?? NaN);
      }
    }
  }

  private addCategories({ rows, dense, categories }: Columns, weights: Float64Array): void {
    for (const [index, places] of categories.entries()) {
      for (const { at, values } of dense) {
        for (let row = 0; row < rows; row++) {
          const place = places[row] ?? -1;
          if (place >= 0) this.addOne(place, at, (weights[row] ?? NaN) * (values[row] ?? NaN));
        }
      }
      for (const others of categories.slice(0, index + 1)) {
        for (let row = 0; row < rows; row++) {
          const place = places[row] ?? -1;
          const other = others[row] ?? -1;
          if (place >= 0 && other >= 0) this.addOne(place, other, weights[row] ?? NaN);
        }
      }
    }
  }

  private addOne(one: number, other: number, value: number): void {
    const entry = one >= other ? one * this.size + other : other * this.size + one;
    this.sums[entry] = (this.sums[entry] ?? 0) + value;
  }
}

/** Adds the sum of factor × column over a block to each column's place. */
export function addSums(
  sums: Float64Array,
  { rows, dense, categories }: Columns,
  factors: Float64Array,
): void {
  const columns = dense.map(({ values }) => values);
  sumScaled(columns, factors).forEach((sum, index) => {
    const at = dense[index]?.at ?? NaN;
    sums[at] = (sums[at] ?? 0) + sum;
  });
  for (const places of categories) {
    for (let row = 0; row < rows; row++) {
      const place = places[row] ?? -1;
      if (place >= 0) sums[place] = (sums[place] ?? 0) + (factors[row] ?? NaN);
    }
  }
}

/** Adds coefficient × column to each row's sum. */
export function addPredictors(
  sums: Float64Array,
  { rows, dense, categories }: Columns,
  coefficients: ArrayLike<number>,
): void {
  addScaled(
    sums,
    dense.map(({ values }) => values),
    dense.map(({ at }) => coefficients[at] ?? NaN),
  );
  for (const places of categories) {
    for (let row = 0; row < rows; row++) {
      const place = places[row] ?? -1;
      if (place >= 0) sums[row] = (sums[row] ?? NaN) + (coefficients[place] ?? NaN);
    }
  }
}
