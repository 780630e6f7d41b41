import { Matrix, type AbstractMatrix } from "ml-matrix";
import { PlatformError } from "../../platform/base/errors";
import type { Folds } from "../inputs/folds";
import { sumsOf } from "./design-sums";
import type { LinearProblem } from "./linear";
import { widthOf, type Design } from "./design";
import { findCholeskySolution } from "./linear-algebra";

/** Penalties that are tried: the powers of ten and their halves, so that neighbours differ by a factor of about 3. */
const alphas = Array.from({ length: 19 }, (_, index) => 10 ** (-3 + index / 2));

/** Cross products of some rows: of the encoded columns, then the target, then 1; entries of all are there. */
type Sums = AbstractMatrix;

/** What folds have shown. */
export interface ChosenAlpha {
  readonly alpha: number;
  /** Mean squared error of each penalty that was tried, by `alpha`, over the rows of all folds. */
  readonly errors: ReadonlyMap<number, number>;
  readonly warnings: readonly string[];
}

/**
 * The penalty of the least squared error on folds of the training rows. Sums of products are taken once for each piece of the rows:
 * those of a fold's training rows are sums of these, so all folds and penalties together cost little more than one pass; with an encoding by the target, one for each fold. Equal to
 * fitting anew for each, numbers standardised by each fold's own rows; a missing value's substitute is that of all.
 * Rounding leaves about 1e-15 of the target's variance in an error.
 */
export async function chooseAlpha(
  { design, encodePart }: Pick<LinearProblem, "design" | "encodePart">,
  folds: Folds,
): Promise<ChosenAlpha> {
  const sumsOfFold = encodePart
    ? (fold: number): Promise<FoldSums> => encodedSums(design, encodePart, folds, fold)
    : await piecewiseSums(design, folds);
  const scaled = design.preprocessing.flatMap((part) =>
    part.kind === "category" ? part.values.map(() => false) : [part.kind === "number" && part.scale !== 1],
  );
  const sums: FoldSums[] = [];
  for (let fold = 0; fold < folds.count; fold++) sums.push(await sumsOfFold(fold));
  const errors = new Map<number, number>();
  for (const alpha of alphas) {
    let [squares, weight] = [0, 0];
    for (const { trained, measured } of sums) {
      squares += squaredError(measured, solve(trained, { alpha, scaled }));
      weight += measured.get(scaled.length + 1, scaled.length + 1);
    }
    if (Number.isFinite(squares)) errors.set(alpha, squares / weight);
  }
  const [best] = [...errors].sort(([, one], [, other]) => one - other);
  if (best === undefined) {
    throw new PlatformError(
      "TRAINING_FAILED",
      'No alpha could be chosen: on the folds of the training rows no penalty gives finite coefficients. Give the trainer an alpha instead of "auto".',
    );
  }
  const [alpha] = best;
  return { alpha, errors, warnings: warningsOf(alpha) };
}

function warningsOf(alpha: number): string[] {
  const said = `alpha ${Number(alpha.toPrecision(4))} was chosen on folds of the training rows`;
  if (alpha < Math.max(...alphas)) return [said];
  return [`${said}, the greatest that is tried: the features hardly predict the target`];
}

/** Of the rows that a fold is trained on, and of those that it is measured on. */
interface FoldSums {
  readonly trained: Sums;
  readonly measured: Sums;
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

/** Intercept (last) and coefficients of the columns as they are; NaN where the system has no solution. */
function solve(
  sums: Sums,
  { alpha, scaled }: { readonly alpha: number; readonly scaled: readonly boolean[] },
): Float64Array {
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
  const gram = new Matrix(
    places.map((i) => places.map((j) => centred(i, j) / (scaleOf(i) * scaleOf(j)) + (i === j ? alpha : 0))),
  );
  const found = findCholeskySolution(
    gram,
    places.map((i) => centred(i, size) / scaleOf(i)),
  );
  const coefficients = Float64Array.from({ length: size + 1 }, () => NaN);
  if (found === undefined) return coefficients;
  places.forEach((i) => (coefficients[i] = (found[i] ?? NaN) / scaleOf(i)));
  coefficients[size] = mean(size) - places.reduce((sum, i) => sum + (coefficients[i] ?? NaN) * mean(i), 0);
  return coefficients;
}

/** Sum of weight × (target − prediction)² over the rows of some sums. */
function squaredError(sums: Sums, coefficients: Float64Array): number {
  const size = coefficients.length - 1;
  // (b, −1 for the target, intercept for 1): the error of a row is a product with it.
  const factors = [...coefficients.subarray(0, size), -1, coefficients[size] ?? NaN];
  let error = 0;
  for (const [i, one] of factors.entries()) {
    for (const [j, other] of factors.entries()) error += one * other * sums.get(i, j);
  }
  return error;
}
