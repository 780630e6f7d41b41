import { Matrix } from "ml-matrix";
import { PlatformError } from "../../platform/base/errors";
import type { Folds } from "../inputs/folds";
import { chosenAlphaWarning } from "./choose-by-folds";
import { scaledColumns, squaredError, sumsOfFolds, systemOf, type LinearSystem } from "./fold-sums";
import type { LinearProblem } from "./linear";
import { findCholeskySolution } from "./linear-algebra";

/** Penalties that are tried: the powers of ten and their halves, so that neighbours differ by a factor of about 3. */
const alphas = Array.from({ length: 19 }, (_, index) => 10 ** (-3 + index / 2));

/** What folds have shown. */
export interface ChosenAlpha {
  readonly alpha: number;
  /** Mean squared error of each penalty that was tried, by `alpha`, over the rows of all folds. */
  readonly errors: ReadonlyMap<number, number>;
  readonly warnings: readonly string[];
}

/**
 * The penalty of the least squared error on folds of the training rows, from their sums of products. Equal to
 * fitting anew for each, numbers standardised by each fold's own rows; a missing value's substitute is that of all.
 * Rounding leaves about 1e-15 of the target's variance in an error.
 */
export async function chooseAlpha(
  problem: Pick<LinearProblem, "design" | "encodePart">,
  folds: Folds,
): Promise<ChosenAlpha> {
  const scaled = scaledColumns(problem.design);
  const sums = (await sumsOfFolds(problem, folds)).map(({ trained, measured }) => ({
    system: systemOf(trained, scaled),
    measured,
  }));
  const errors = new Map<number, number>();
  for (const alpha of alphas) {
    let [squares, weight] = [0, 0];
    for (const { system, measured } of sums) {
      squares += squaredError(measured, solve(system, alpha));
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
  return { alpha, errors, warnings: [chosenAlphaWarning(alpha, alphas.at(-1))] };
}

/** Coefficients of the columns as they are, then the intercept; NaN where the system has no solution. */
function solve({ gram, right, unscaled }: LinearSystem, alpha: number): Float64Array {
  const penalised = Matrix.add(gram, Matrix.eye(gram.rows).mul(alpha));
  return unscaled(findCholeskySolution(penalised, right) ?? []);
}
