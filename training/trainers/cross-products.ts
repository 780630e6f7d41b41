import { Matrix } from "ml-matrix";
import { sumProducts } from "../../platform/kernels/kernels";
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
  for (const { at, values } of dense) sums[at] = (sums[at] ?? 0) + product(factors, values);
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
  for (const { at, values } of dense) {
    const coefficient = coefficients[at] ?? NaN;
    for (let row = 0; row < rows; row++) sums[row] = (sums[row] ?? NaN) + coefficient * (values[row] ?? NaN);
  }
  for (const places of categories) {
    for (let row = 0; row < rows; row++) {
      const place = places[row] ?? -1;
      if (place >= 0) sums[row] = (sums[row] ?? NaN) + (coefficients[place] ?? NaN);
    }
  }
}

/** In four sums: one would wait for each addition. Each has a variable of its own, as what is taken out of an array is no plain number to the compiler. */
function product(one: Float64Array, other: Float64Array): number {
  const rows = one.length;
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  let row = 0;
  for (; row + 3 < rows; row += 4) {
    first += (one[row] ?? NaN) * (other[row] ?? NaN);
    second += (one[row + 1] ?? NaN) * (other[row + 1] ?? NaN);
    third += (one[row + 2] ?? NaN) * (other[row + 2] ?? NaN);
    fourth += (one[row + 3] ?? NaN) * (other[row + 3] ?? NaN);
  }
  for (; row < rows; row++) first += (one[row] ?? NaN) * (other[row] ?? NaN);
  return first + second + (third + fourth);
}
