import { Matrix, type AbstractMatrix } from "ml-matrix";
import type { Folds } from "../inputs/folds";
import { widthOf, type Design } from "./design";
import { sumsOf } from "./design-sums";
import type { LinearProblem } from "./linear";

/** Cross products of some rows: of the encoded columns, then the target, then 1; entries of all are there. */
export type Sums = AbstractMatrix;

/** Of the rows that a fold is trained on, and of those that it is measured on. */
export interface FoldSums {
  readonly trained: Sums;
  readonly measured: Sums;
}

/**
 * The sums of each fold. Those of products are taken once for each piece of the rows, and a fold's training rows are sums of these, so
 * all folds together cost little more than one pass; with an encoding by the target, one for each fold.
 */
export async function sumsOfFolds(
  { design, encodePart }: Pick<LinearProblem, "design" | "encodePart">,
  folds: Folds,
): Promise<FoldSums[]> {
  const sumsOfFold = encodePart
    ? (fold: number): Promise<FoldSums> => encodedSums(design, encodePart, folds, fold)
    : await piecewiseSums(design, folds);
  const sums: FoldSums[] = [];
  for (let fold = 0; fold < folds.count; fold++) sums.push(await sumsOfFold(fold));
  return sums;
}

/** Each piece of the rows is read once, and the sums of a fold's training rows are added up. */
async function piecewiseSums(design: Design, folds: Folds): Promise<(fold: number) => Promise<FoldSums>> {
  const pieces: Sums[] = [];
  for (const from of folds.pieces) pieces.push(await sumsOf({ ...design, rows: { ...design.rows, from } }));
  const size = widthOf(design) + 2;
  return (fold) => {
    const { training, validation } = folds.piecesOf(fold);
    const trained = training.reduce((sum, piece) => sum.add(pieces[piece] ?? sum), Matrix.zeros(size, size));
    return Promise.resolve({ trained, measured: pieces[validation] ?? trained });
  };
}

/** What a category is to a model comes of the training rows' targets, so each fold has numbers of its own. */
async function encodedSums(
  design: Design,
  encodePart: NonNullable<LinearProblem["encodePart"]>,
  folds: Folds,
  fold: number,
): Promise<FoldSums> {
  const sums = (from: string): Promise<Sums> => sumsOf({ ...design, rows: { ...design.rows, from } });
  const encoded = await encodePart(folds.rows(fold, "training"));
  if (encoded === undefined) throw new TypeError("Only categories that are encoded have parts to encode.");
  try {
    const trained = await sums(encoded.from);
    return { trained, measured: await sums(await encoded.encode(folds.rows(fold, "validation"))) };
  } finally {
    await encoded.drop();
  }
}

/** The columns of a design that are standardised, which each fold does anew by its own rows; others stay as they are. */
export function scaledColumns({ preprocessing }: Pick<Design, "preprocessing">): boolean[] {
  return preprocessing.flatMap((part) =>
    part.kind === "category" ? part.values.map(() => false) : [part.kind === "number" && part.scale !== 1],
  );
}

/** Least squares of some rows: centred products of the columns, on the scale that penalties are for, and the way back from it. */
export interface LinearSystem {
  /** Sum of the weights. */
  readonly total: number;
  /** Products of the columns. */
  readonly gram: Matrix;
  /** Those with the target. */
  readonly right: readonly number[];
  /** Coefficients of the columns as they are, then the intercept. */
  readonly unscaled: (found: ArrayLike<number>) => Float64Array;
}

/** The system of the rows of some sums, with the columns that are `scaled` standardised by them. */
export function systemOf(sums: Sums, scaled: readonly boolean[]): LinearSystem {
  const size = scaled.length;
  const total = sums.get(size + 1, size + 1);
  const mean = (i: number): number => sums.get(i, size + 1) / total;
  const centred = (i: number, j: number): number => sums.get(i, j) - total * mean(i) * mean(j);
  // To standardise a column anew is to divide its products; one that is constant in these rows has no effect.
  const scales = scaled.map((isScaled, i) => {
    const deviation = Math.sqrt(Math.max(0, centred(i, i) / total));
    return isScaled && deviation > 0 ? deviation : 1;
  });
  const places = scales.map((_, index) => index);
  const scaleOf = (i: number): number => scales[i] ?? 1;
  return {
    total,
    gram: new Matrix(places.map((i) => places.map((j) => centred(i, j) / (scaleOf(i) * scaleOf(j))))),
    right: places.map((i) => centred(i, size) / scaleOf(i)),
    unscaled(found) {
      const coefficients = Float64Array.from({ length: size + 1 }, (_, i) => (found[i] ?? NaN) / scaleOf(i));
      coefficients[size] =
        mean(size) - places.reduce((sum, i) => sum + (coefficients[i] ?? NaN) * mean(i), 0);
      return coefficients;
    },
  };
}

/** Sum of weight × (target − prediction)² over the rows of some sums, by coefficients and intercept. */
export function squaredError(sums: Sums, coefficients: Float64Array): number {
  const size = coefficients.length - 1;
  // (b, −1 for the target, intercept for 1): the error of a row is a product with it.
  const factors = [...coefficients.subarray(0, size), -1, coefficients[size] ?? NaN];
  // What has no coefficient is in no product.
  const used = factors.flatMap((factor, index) => (factor === 0 ? [] : [index]));
  let error = 0;
  for (const i of used) {
    for (const j of used) error += (factors[i] ?? NaN) * (factors[j] ?? NaN) * sums.get(i, j);
  }
  return error;
}
