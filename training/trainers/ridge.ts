import { Matrix } from "ml-matrix";
import { designRelation, type Coefficients } from "./design";
import { findCholeskySolution, leastNormSolution } from "./linear-algebra";
import { fitLinear, type LinearProblem } from "./linear";
import type { Trainer } from "./trainer";
import { aggregate, crossProducts, double } from "../preprocessing/sql";

/**
 * Ridge regression: least Σ w (y − b0 − x·b)² + alpha |b|², as scikit-learn's Ridge; the intercept is not penalised.
 * Solved by Cholesky from the centred cross products. Where several solutions are equally good (alpha 0 with dependent
 * columns, which one-hot encoding always makes) it is the one of least |b|, as scikit-learn's LinearRegression.
 */
async function fitRidge({ engine, design }: LinearProblem, alpha: number): Promise<Coefficients> {
  const { rows, columns, target } = design;
  const [total = NaN, targetSum = NaN] = await aggregate(engine, rows.from, [
    `sum(${rows.weight})`,
    `sum(${rows.weight} * ${target})`,
  ]);
  // A target far from zero would lose digits in the products.
  const centre = targetSum / total;
  const from = designRelation(design, { y: `${target} - ${double(centre)}` });
  const size = columns.length;
  const names = columns.map((_, index) => `c${index}`);
  const sums = new Matrix(
    await crossProducts(engine, from, { columns: [...names, "y", double(1)], weight: "w" }),
  );
  const means = Array.from({ length: size + 1 }, (_, index) => sums.get(index, size + 1) / total);
  const mean = (index: number) => means[index] ?? NaN;
  const centred = (i: number, j: number) => sums.get(i, j) - total * mean(i) * mean(j);
  const gram = new Matrix(names.map((_, i) => names.map((_, j) => centred(i, j) + (i === j ? alpha : 0))));
  const right = names.map((_, index) => centred(index, size));
  const coefficients =
    (alpha > 0 ? findCholeskySolution(gram, right) : undefined) ?? leastNormSolution(gram, right);
  const shift = coefficients.reduce((sum, coefficient, index) => sum + coefficient * mean(index), 0);
  return { intercept: centre + mean(size) - shift, coefficients };
}

export const ridge: Trainer<"ridge"> = {
  fit(input, { alpha }) {
    return fitLinear(input, (problem) => fitRidge(problem, alpha));
  },
};
