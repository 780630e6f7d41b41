import { Matrix } from "ml-matrix";
import { counted } from "../../platform/base/wording";
import { designRelation, type Coefficients } from "./design";
import { solveTriangle, TriangularFactor, type LeastSquares } from "./least-squares";
import { fitLinear, type LinearProblem } from "./linear";
import { findCholeskySolution, largestVarianceInflation } from "./linear-algebra";
import type { Trainer } from "./trainer";
import { aggregate, crossProducts, double, numberOf } from "../preprocessing/sql";

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
 * nearly dependent. Where several solutions are equally good (alpha 0 with dependent columns, which one-hot encoding
 * always makes) it is the one of least |b|, as scikit-learn's LinearRegression.
 */
async function fitRidge(problem: LinearProblem, alpha: number): Promise<Coefficients> {
  const { engine, design } = problem;
  const { rows, columns, target } = design;
  const [total = NaN, targetSum = NaN] = await aggregate(engine, rows.from, [
    `sum(${rows.weight})`,
    `sum(${rows.weight} * ${target})`,
  ]);
  // A target far from zero would lose digits in the products.
  const centre = targetSum / total;
  const from = designRelation(design, { y: `${target} - ${double(centre)}` });
  const names = columns.map((_, index) => `c${index}`);
  const solved =
    (await findFromProducts(problem, { from, names, total, alpha })) ??
    (await solveRows(problem, { from, names, alpha }));
  return { ...solved, intercept: centre + solved.intercept };
}

/** The relation of the encoded columns, the centred target as y and the weight as w. */
interface Rows {
  readonly from: string;
  readonly names: readonly string[];
  readonly alpha: number;
}

/** By the sums of the products of columns; undefined where these have lost too many digits. */
async function findFromProducts(
  { engine }: LinearProblem,
  { from, names, total, alpha }: Rows & { readonly total: number },
): Promise<Coefficients | undefined> {
  const size = names.length;
  const sums = new Matrix(
    await crossProducts(engine, from, { columns: [...names, "y", double(1)], weight: "w" }),
  );
  const means = Array.from({ length: size + 1 }, (_, index) => sums.get(index, size + 1) / total);
  const mean = (index: number) => means[index] ?? NaN;
  const centred = (i: number, j: number) => sums.get(i, j) - total * mean(i) * mean(j);
  const gram = new Matrix(names.map((_, i) => names.map((_, j) => centred(i, j) + (i === j ? alpha : 0))));
  if (!(largestVarianceInflation(gram) <= maxVarianceInflation)) return undefined;
  const right = names.map((_, index) => centred(index, size));
  const coefficients = findCholeskySolution(gram, right);
  if (!coefficients) return undefined;
  const shift = coefficients.reduce((sum, coefficient, index) => sum + coefficient * mean(index), 0);
  return { intercept: mean(size) - shift, coefficients };
}

/** By QR decomposition of the rows, which are read once, block by block; the penalty is a row for each column. */
async function solveRows(
  { engine, dependencies }: LinearProblem,
  { from, names, alpha }: Rows,
): Promise<Coefficients> {
  const factor = new TriangularFactor(names.length + 2);
  for await (const chunk of engine.chunks(`SELECT ${[...names, "y", "w"].join(", ")} FROM ${from}`)) {
    for (const row of chunk) {
      const root = Math.sqrt(numberOf(row, "w"));
      factor.add([root, ...[...names, "y"].map((name) => root * numberOf(row, name))]);
    }
  }
  if (alpha > 0) {
    for (const [at] of names.entries())
      factor.add([0, ...names.map((_, index) => (index === at ? Math.sqrt(alpha) : 0)), 0]);
  }
  const solved = solveTriangle(factor.triangle(), factor.rows);
  return { ...solved, warnings: warningsOf(solved, dependencies) };
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

export const ridge: Trainer<"ridge"> = {
  fit(input, { alpha }) {
    return fitLinear(input, (problem) => fitRidge(problem, alpha));
  },
};
