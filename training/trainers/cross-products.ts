import { Matrix } from "ml-matrix";
import type { EncodedBlock } from "../preprocessing/encoded-blocks";

/** So many rows of hundreds of columns stay in the processor's cache while each is multiplied with each. */
const rowsAtOnce = 256;

/** What cross products are summed of. */
type Columns = Pick<EncodedBlock, "rows" | "dense" | "categories">;

/**
 * Sums of weight × column × column over rows that come in blocks. Products of columns of numbers are summed within a block first,
 * so that equal blocks give equal sums to the last bit, and rounding grows with the number of blocks and not of rows.
 */
export class CrossProducts {
  /** Row-major, the entry of columns i and j <= i at i × size + j. */
  private readonly sums: Float64Array;
  private readonly weighted = new Float64Array(rowsAtOnce);
  private readonly four = new Float64Array(4);

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

  private addDense({ rows, dense }: Columns, weights: Float64Array): void {
    const places = dense.map(({ at }) => at);
    for (let from = 0; from < rows; from += rowsAtOnce) {
      const to = Math.min(rows, from + rowsAtOnce);
      const columns = dense.map(({ values }) => values.subarray(from, to));
      this.addPart(columns, places, weights.subarray(from, to));
    }
  }

  private addPart(columns: readonly Float64Array[], places: readonly number[], weights: Float64Array): void {
    const { sums, size, four } = this;
    const weighted = this.weighted.subarray(0, weights.length);
    for (let index = 0; index < columns.length; index++) {
      setProducts(weighted, weights, columns[index] ?? weights);
      const line = (places[index] ?? NaN) * size;
      let other = 0;
      for (; other + 3 <= index; other += 4) {
        setFourProducts(four, weighted, columns, other);
        for (let place = 0; place < 4; place++) {
          const entry = line + (places[other + place] ?? NaN);
          sums[entry] = (sums[entry] ?? 0) + (four[place] ?? NaN);
        }
      }
      for (; other <= index; other++) {
        const entry = line + (places[other] ?? NaN);
        sums[entry] = (sums[entry] ?? 0) + product(weighted, columns[other] ?? weights);
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

function setProducts(products: Float64Array, one: Float64Array, other: Float64Array): void {
  for (let row = 0; row < products.length; row++) products[row] = (one[row] ?? NaN) * (other[row] ?? NaN);
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

/** The products of one column with four others, from the `first` on, at once: it is read once for all of them. */
function setFourProducts(
  products: Float64Array,
  column: Float64Array,
  columns: readonly Float64Array[],
  first: number,
): void {
  const one = columns[first] ?? column;
  const two = columns[first + 1] ?? column;
  const three = columns[first + 2] ?? column;
  const four = columns[first + 3] ?? column;
  let ofOne = 0;
  let ofTwo = 0;
  let ofThree = 0;
  let ofFour = 0;
  for (let row = 0; row < column.length; row++) {
    const value = column[row] ?? NaN;
    ofOne += value * (one[row] ?? NaN);
    ofTwo += value * (two[row] ?? NaN);
    ofThree += value * (three[row] ?? NaN);
    ofFour += value * (four[row] ?? NaN);
  }
  products[0] = ofOne;
  products[1] = ofTwo;
  products[2] = ofThree;
  products[3] = ofFour;
}
