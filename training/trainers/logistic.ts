import { Matrix } from "ml-matrix";
import { PlatformError } from "../../platform/base/errors";
import { classNames, severalClasses } from "../../platform/definition/class-names";
import { targetOf } from "../../platform/definition/definition";
import { findCholeskySolution, rangeBasis } from "./linear-algebra";
import { addPredictors, addSums, CrossProducts } from "./cross-products";
import {
  designBlocks,
  onesOf,
  targetMoments,
  widthOf,
  withColumn,
  type Coefficients,
  type DesignBlock,
} from "./design";
import { fitLinear, fitLinearClasses, type LinearProblem } from "./linear";
import { fitMultinomial } from "./multinomial/fit-multinomial";
import { notConverged } from "./not-converged";
import { startFromSamples } from "./warm-start";
import type { Trainer } from "./trainer";
import { notFinite } from "../preprocessing/sql";

const maxIterations = 100;
const maxHalvings = 30;
/** When it has ended. */
interface Tolerances {
  /** Largest entry of the gradient, per unit of weight. */
  readonly gradient: number;
  /** Longest last step, relative to the coefficients; Newton's next one would be of the order of its square. */
  readonly step: number;
}

const tolerances: Tolerances = { gradient: 1e-10, step: 1e-6 };
/** A step up to this, relative to the coefficients, hardly changes the second derivatives. */
const nearStep = 0.05;
/** A step this long where the gradient has vanished means that it would never end. */
const divergentStep = 1e-3;

const minSample = { rows: 2000, rowsPerColumn: 20 } as const;
/** For samples: what is left is less than what the other rows will change. */
const sampleTolerances: Tolerances = { gradient: 1e-4, step: nearStep };

/** The penalised negative log-likelihood at some coefficients, with its derivatives by (b, b0). */
interface Objective {
  readonly at: Coefficients;
  readonly value: number;
  readonly gradient: readonly number[];
  readonly hessian: Matrix;
}

interface Problem extends LinearProblem {
  readonly l2: number;
  /** Taken as it is, where it is given. */
  readonly hessian?: Matrix;
}

/**
 * Logistic regression: least −log-likelihood + l2/2 |b|², as scikit-learn's LogisticRegression with C = 1 / l2; the
 * intercept is not penalised. Newton's method with step halving, each step one set of sums over the rows. With l2 0 and
 * dependent columns it is the solution of least |b|.
 */
async function fitLogistic(problem: Problem): Promise<Coefficients> {
  const { design } = problem;
  const { total, mean: share } = await targetMoments(design);
  if (!(share > 0 && share < 1)) {
    throw new PlatformError(
      "TRAINING_FAILED",
      `All training rows are of the ${share > 0 ? "positive" : "negative"} class. Both classes are needed. Add rows of the other one.`,
    );
  }
  const start: Coefficients = {
    intercept: Math.log(share / (1 - share)),
    coefficients: new Array<number>(widthOf(design)).fill(0),
  };
  const warm = await startFromSamples(problem, { start, min: minSample }, (sample, current) =>
    minimize(sample, current, { total, ...sampleTolerances }),
  );
  return minimize(problem, warm, { total, ...tolerances });
}

/** By Newton's method, of rows whose weights have this total. */
async function minimize(
  problem: Problem,
  start: Coefficients,
  { total, ...until }: Tolerances & { readonly total: number },
): Promise<Coefficients> {
  const { l2 } = problem;
  let current = await evaluate(problem, start);
  // Directions without effect are found once: later, one that diverges would look like one of them.
  const basis = l2 > 0 ? undefined : rangeBasis(profile(current).matrix);
  let before = Infinity;
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    const step = newtonStep(current, basis);
    if (!step) break;
    const settled = Math.max(...current.gradient.map(Math.abs)) <= until.gradient * total;
    const length = Math.max(...step.map(Math.abs));
    const size = 1 + Math.max(...current.at.coefficients.map(Math.abs));
    // So near the end, and so fast, the second derivatives are no others: summing them is nearly all of the work.
    const isNear = l2 > 0 && length <= nearStep * size && length <= before / 4;
    before = length;
    if (settled && l2 === 0 && length > divergentStep) break;
    const next = await descend(isNear ? { ...problem, hessian: current.hessian } : problem, current, step);
    if (!next) break;
    if (settled && length <= until.step * size) {
      return next.at;
    }
    current = next;
  }
  throw notConverged(problem, current.at);
}

async function evaluate({ design, l2, hessian: given }: Problem, at: Coefficients): Promise<Objective> {
  if (![at.intercept, ...at.coefficients].every(Number.isFinite)) throw notFinite("A coefficient");
  const size = widthOf(design);
  const products = new CrossProducts(size + 1);
  const gradient = new Float64Array(size + 1);
  let loss = 0;
  for await (const block of designBlocks(design)) {
    const all = withColumn(block, size, onesOf(block.rows));
    const predictors = new Float64Array(block.rows);
    addPredictors(predictors, all, [...at.coefficients, at.intercept]);
    const { curvatures, residuals, ...of } = likelihoodOf(block, predictors);
    if (!given) products.add(all, curvatures);
    addSums(gradient, all, residuals);
    loss += of.loss;
  }
  const penalty = at.coefficients.reduce((sum, coefficient) => sum + coefficient ** 2, 0);
  const hessian = given ?? products.matrix();
  if (!given)
    at.coefficients.forEach((_, index) => hessian.set(index, index, hessian.get(index, index) + l2));
  return {
    at,
    value: loss + (l2 / 2) * penalty,
    gradient: Array.from(
      gradient,
      (sum, index) => sum + (index < size ? l2 * (at.coefficients[index] ?? 0) : 0),
    ),
    hessian,
  };
}

/** The negative log-likelihood of a block's rows, with its first and second derivatives by each row's predictor. */
function likelihoodOf(
  { targets, weights }: DesignBlock,
  predictors: Float64Array,
): { readonly loss: number; readonly residuals: Float64Array; readonly curvatures: Float64Array } {
  const residuals = new Float64Array(predictors.length);
  const curvatures = new Float64Array(predictors.length);
  let loss = 0;
  for (let row = 0; row < predictors.length; row++) {
    const z = predictors[row] ?? NaN;
    const y = targets[row] ?? NaN;
    const w = weights[row] ?? NaN;
    // exp of a negative number only: nothing overflows, whatever the predictor is.
    const e = Math.exp(-Math.abs(z));
    residuals[row] = w * ((z >= 0 ? 1 : e) / (1 + e) - y);
    curvatures[row] = (w * e) / ((1 + e) * (1 + e));
    loss += w * (Math.log1p(e) + Math.max(z, 0) - y * z);
  }
  return { loss, residuals, curvatures };
}

/** The second derivatives and the gradient by b when b0 is always the best for b (the Schur complement of b0). */
function profile({ hessian, gradient }: Objective): { matrix: Matrix; right: number[] } {
  const size = gradient.length - 1;
  const last = hessian.get(size, size);
  const share = Array.from({ length: size }, (_, index) => hessian.get(index, size) / last);
  return {
    matrix: new Matrix(
      share.map((factor, i) => share.map((_, j) => hessian.get(i, j) - factor * hessian.get(size, j))),
    ),
    right: share.map((factor, index) => (gradient[index] ?? NaN) - factor * (gradient[size] ?? NaN)),
  };
}

/** The Newton step of (b, b0); undefined where the second derivatives have vanished. */
function newtonStep(objective: Objective, basis: Matrix | undefined): number[] | undefined {
  const { matrix, right } = profile(objective);
  const solution = basis ? findSolutionIn(basis, matrix, right) : findCholeskySolution(matrix, right);
  if (!solution) return undefined;
  const size = right.length;
  const step = solution.map((value) => -value);
  const shift = step.reduce((sum, value, index) => sum + value * objective.hessian.get(index, size), 0);
  const intercept = -((objective.gradient[size] ?? NaN) + shift) / objective.hessian.get(size, size);
  return Number.isFinite(intercept) ? [...step, intercept] : undefined;
}

function findSolutionIn(basis: Matrix, matrix: Matrix, right: readonly number[]): number[] | undefined {
  const transposed = basis.transpose();
  const reduced = transposed.mmul(matrix).mmul(basis);
  const solution = findCholeskySolution(
    reduced,
    transposed.mmul(Matrix.columnVector([...right])).to1DArray(),
  );
  return solution && basis.mmul(Matrix.columnVector(solution)).to1DArray();
}

/** Goes along the step, halved until the objective is no worse (but for rounding); undefined when it always is. */
async function descend(
  problem: Problem,
  from: Objective,
  step: readonly number[],
): Promise<Objective | undefined> {
  const rounding = 1e-10 * (1 + Math.abs(from.value));
  for (let halving = 0, share = 1; halving < maxHalvings; halving++, share /= 2) {
    const next = await evaluate(problem, {
      intercept: from.at.intercept + share * (step.at(-1) ?? NaN),
      coefficients: from.at.coefficients.map((value, index) => value + share * (step[index] ?? NaN)),
    });
    if (next.value <= from.value + rounding) return next;
  }
  return undefined;
}

export const logistic: Trainer<"logistic"> = {
  fit(input, { l2 }) {
    const classes = severalClasses(classNames(targetOf(input.definition)));
    if (classes) {
      return fitLinearClasses(input, (problem) => fitMultinomial({ ...problem, l2 }, input.definition));
    }
    return fitLinear(input, (problem) => fitLogistic({ ...problem, l2 }));
  },
};
