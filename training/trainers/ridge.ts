import { Matrix } from "ml-matrix";
import { counted } from "../../platform/base/wording";
import { categoryPlaces, stiffenCategories } from "./category-stiffness";
import {
  designBlocks,
  targetMoments,
  widthOf,
  type Coefficients,
  type Design,
  type DesignBlock,
} from "./design";
import { sumsOf } from "./design-sums";
import { solveTriangle, TriangularFactor, type LeastSquares } from "./least-squares";
import { fitLinear, type LinearProblem } from "./linear";
import { findCholeskySolution, largestVarianceInflation } from "./linear-algebra";
import { chooseAlpha } from "./auto-ridge";
import { foldsForAlpha } from "./choose-by-folds";
import type { Trainer, TrainerInput } from "./trainer";

/**
 * Cross products square the condition of the columns. Up to this variance inflation, 12 digits of the coefficients are
 * left; above it the rows themselves are decomposed.
 */
const maxVarianceInflation = 1000;

/** Condition number of the columns from which on coefficients are said to be uncertain: half of the digits are gone. */
const warnedCondition = 1e7;

/**
 * Ridge regression: least Σ w (y − b0 − x·b)² + alpha |b|², as scikit-learn's Ridge; the intercept is not penalised.
 * Solved by Cholesky from the centred cross products, or by orthogonal decomposition of the rows where the columns are
 * nearly dependent otherwise than by one-hot encoding. Where several solutions are equally good (alpha 0 with dependent columns, which that
 * always makes) it is the one of least |b|, as scikit-learn's LinearRegression.
 */
async function fitRidge(problem: LinearProblem, alpha: number): Promise<Coefficients> {
  // A target far from zero would lose digits in the products.
  const { total, mean: centre } = await targetMoments(problem.design);
  const centred = { ...problem.design, centre };
  const solved =
    (await findFromProducts(centred, { total, alpha })) ??
    (await solveRows({ ...problem, design: centred }, alpha));
  return { ...solved, intercept: centre + solved.intercept };
}

/** By the sums of the products of columns; undefined where these have lost too many digits. */
async function findFromProducts(
  design: Design,
  { total, alpha }: { readonly total: number; readonly alpha: number },
): Promise<Coefficients | undefined> {
  const size = widthOf(design);
  const sums = await sumsOf(design);
  const means = Array.from({ length: size + 1 }, (_, index) => sums.get(index, size + 1) / total);
  const mean = (index: number) => means[index] ?? NaN;
  const centred = (i: number, j: number) => sums.get(i, j) - total * mean(i) * mean(j);
  const places = Array.from({ length: size }, (_, index) => index);
  const gram = stiffenCategories(
    new Matrix(places.map((i) => places.map((j) => centred(i, j) + (i === j ? alpha : 0)))),
    alpha,
    categoryPlaces(design.preprocessing),
  );
  if (!(largestVarianceInflation(gram) <= maxVarianceInflation)) return undefined;
  const right = places.map((index) => centred(index, size));
  const coefficients = findCholeskySolution(gram, right);
  if (!coefficients) return undefined;
  const shift = coefficients.reduce((sum, coefficient, index) => sum + coefficient * mean(index), 0);
  return { intercept: mean(size) - shift, coefficients };
}

/** By QR decomposition of the rows, which are read once, block by block; the penalty is a row for each column. */
async function solveRows({ design, dependencies }: LinearProblem, alpha: number): Promise<Coefficients> {
  const size = widthOf(design);
  const factor = new TriangularFactor(size + 2);
  for await (const block of designBlocks(design)) {
    for (let row = 0; row < block.rows; row++) factor.add(rowOf(block, row, size));
  }
  if (alpha > 0) {
    for (let at = 0; at < size; at++)
      factor.add(Array.from({ length: size + 2 }, (_, place) => (place === at + 1 ? Math.sqrt(alpha) : 0)));
  }
  const solved = solveTriangle(factor.triangle(), factor.rows);
  return { ...solved, warnings: warningsOf(solved, dependencies) };
}

/** One row of (1, encoded columns, target), by the root of its weight. */
function rowOf({ dense, categories, targets, weights }: DesignBlock, row: number, size: number): number[] {
  const root = Math.sqrt(weights[row] ?? NaN);
  const values = new Array<number>(size + 2).fill(0);
  values[0] = root;
  for (const { at, values: column } of dense) values[at + 1] = root * (column[row] ?? NaN);
  for (const places of categories) {
    const place = places[row] ?? -1;
    if (place >= 0) values[place + 1] = root;
  }
  values[size + 1] = root * (targets[row] ?? NaN);
  return values;
}

function warningsOf({ condition, dependent }: LeastSquares, expected: number): string[] {
  if (dependent > expected) {
    return [
      `${counted(dependent - expected, "column")} of the features can be told from the others, so their coefficients share one effect. Leave out what repeats others, or give the trainer an alpha above 0.`,
    ];
  }
  if (condition < warnedCondition) return [];
  return [
    `The features are nearly dependent (condition number ${condition.toExponential(1)}), so their coefficients are uncertain. Leave out what repeats others, or raise the trainer's alpha.`,
  ];
}

/** With the penalty that folds of the training rows choose. */
async function fitWithChosen(problem: LinearProblem, { folds }: TrainerInput): Promise<Coefficients> {
  const chosenBy = await foldsForAlpha(folds);
  const { mean: centre } = await targetMoments(problem.design);
  const centred = { ...problem.design, centre };
  const { alpha, warnings } = await chooseAlpha({ ...problem, design: centred }, chosenBy);
  const fitted = await fitRidge(problem, alpha);
  return { ...fitted, warnings: [...warnings, ...(fitted.warnings ?? [])], chosen: { alpha } };
}

export const ridge: Trainer<"ridge"> = {
  fit(input, { alpha, standardize, targetTransform: transform }) {
    const solve = (problem: LinearProblem): Promise<Coefficients> =>
      alpha === "auto" ? fitWithChosen(problem, input) : fitRidge(problem, alpha);
    return fitLinear(input, solve, { standardize, transform });
  },
};
