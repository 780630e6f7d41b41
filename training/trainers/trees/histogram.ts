import { binCount, type BinnedRows } from "./bins";
import type { Sums } from "./node";

/**
 * Derivatives of the loss by row, times the rows' weights; without second ones each is 1. In 32 bits, as others have
 * them: reading them is most of the work, and they are rounded for themselves; sums have 64.
 */
export interface Derivatives {
  readonly gradients: Float32Array;
  readonly hessians?: Float32Array | undefined;
}

/** Sums by feature and bin over the rows of a node. */
export interface NodeHistogram {
  readonly values: Float64Array;
  /** Numbers that a bin has: sum of gradients, rows and, unless each is 1, the sum of second derivatives. */
  readonly width: 2 | 3;
}

/** One feature's part of a node's histogram. */
export interface FeatureHistogram {
  readonly histogram: Float64Array;
  readonly offset: number;
  readonly width: 2 | 3;
}

export function binSums({ histogram, offset, width }: FeatureHistogram, bin: number): Sums {
  const at = offset + bin * width;
  const rows = histogram[at + 1] ?? NaN;
  return { gradient: histogram[at] ?? NaN, rows, hessian: width === 3 ? (histogram[at + 2] ?? NaN) : rows };
}

/** The sums over all rows: those of any feature's bins. */
export function totalOf({ values, width }: NodeHistogram): Sums {
  const part = { histogram: values, offset: 0, width };
  let [gradient, hessian, rows] = [0, 0, 0];
  for (let bin = 0; bin < binCount; bin++) {
    const sums = binSums(part, bin);
    gradient += sums.gradient;
    hessian += sums.hessian;
    rows += sums.rows;
  }
  return { gradient, hessian, rows };
}

export function emptyHistogram({ stride }: BinnedRows, { hessians }: Derivatives): NodeHistogram {
  const width = hessians === undefined ? 2 : 3;
  return { values: new Float64Array(stride * binCount * width), width };
}

/**
 * Adds up the derivatives of some rows by feature and bin. Two features at a time: their sums do not wait for each
 * other, which halves the time.
 */
export function fillHistogram(
  { values: histogram }: NodeHistogram,
  { bins, stride }: BinnedRows,
  { gradients, hessians }: Derivatives,
  rows: Int32Array,
): void {
  histogram.fill(0);
  if (hessians === undefined) {
    const size = binCount * 2;
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at] ?? 0;
      const gradient = gradients[row] ?? NaN;
      const start = row * stride;
      for (let feature = 0, offset = 0; feature < stride; feature += 2, offset += 2 * size) {
        const first = offset + 2 * (bins[start + feature] ?? 0);
        const second = offset + size + 2 * (bins[start + feature + 1] ?? 0);
        histogram[first] = (histogram[first] ?? NaN) + gradient;
        histogram[first + 1] = (histogram[first + 1] ?? NaN) + 1;
        histogram[second] = (histogram[second] ?? NaN) + gradient;
        histogram[second + 1] = (histogram[second + 1] ?? NaN) + 1;
      }
    }
    return;
  }
  const size = binCount * 3;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] ?? 0;
    const gradient = gradients[row] ?? NaN;
    const hessian = hessians[row] ?? NaN;
    const start = row * stride;
    for (let feature = 0, offset = 0; feature < stride; feature += 2, offset += 2 * size) {
      const first = offset + 3 * (bins[start + feature] ?? 0);
      const second = offset + size + 3 * (bins[start + feature + 1] ?? 0);
      histogram[first] = (histogram[first] ?? NaN) + gradient;
      histogram[first + 1] = (histogram[first + 1] ?? NaN) + 1;
      histogram[first + 2] = (histogram[first + 2] ?? NaN) + hessian;
      histogram[second] = (histogram[second] ?? NaN) + gradient;
      histogram[second + 1] = (histogram[second + 1] ?? NaN) + 1;
      histogram[second + 2] = (histogram[second + 2] ?? NaN) + hessian;
    }
  }
}

/** Takes one child's sums from its parent's, which leaves the other child's. */
export function subtractHistogram({ values: parent }: NodeHistogram, { values: child }: NodeHistogram): void {
  for (let index = 0; index < parent.length; index++) {
    parent[index] = (parent[index] ?? NaN) - (child[index] ?? NaN);
  }
}
