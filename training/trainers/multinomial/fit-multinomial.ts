import { classNames } from "../../../platform/definition/class-names";
import { targetOf, type ModelDefinition } from "../../../platform/definition/definition";
import { aggregate, double } from "../../preprocessing/sql";
import { addPredictors, addSums } from "../cross-products";
import { widthOf, type Coefficients } from "../design";
import type { LinearProblem } from "../linear";
import { notConverged } from "../not-converged";
import { checkSeenClasses, unseenLogit } from "../unseen-class";
import { startFromSamples } from "../warm-start";
import { centredProducts, preconditionerOf, type CentredProducts } from "./centred-products";
import { KeptBlocks } from "./kept-blocks";
import { largest, minimize, type Evaluated, type Minimum } from "./lbfgs";
import { toResiduals } from "./residuals";

interface Problem extends LinearProblem {
  readonly l2: number;
}

/** Largest entry of the gradient, per unit of weight, at the solution. */
const gradientTolerance = 1e-10;
/** As it, for samples of the rows: what is left is less than what the other rows will change. */
const sampleTolerance = 1e-4;
const minSample = { rows: 4000, rowsPerColumn: 40 } as const;
/** A step this long, relative to the coefficients, where the gradient has vanished means that it would never end. */
const divergentStep = 1e-4;

/** Classes that training rows are of, by their positions among all. */
type SeenClasses = readonly number[];

/**
 * Multinomial logistic regression: least −log-likelihood + l2/2 Σ |b|², as scikit-learn's LogisticRegression with C = 1 / l2 of more
 * than two classes; intercepts are not penalised and add up to 0. Solved by L-BFGS, whose first metric is the bound of the second
 * derivatives by Böhning (Annals of the Institute of Statistical Mathematics 44, 1992): the same matrix for each class, so that no
 * number of classes makes it large. With l2 0 and dependent columns it is the solution of least |b|. A class without training rows
 * gets a probability of next to nothing, and a warning.
 */
export async function fitMultinomial(problem: Problem, definition: ModelDefinition): Promise<Coefficients[]> {
  const { design } = problem;
  const classes = classNames(targetOf(definition));
  const weights = await aggregate(
    design.engine,
    design.rows.from,
    classes.map(
      (_, name) =>
        `sum(CASE WHEN ${design.target} = ${double(name)} THEN ${design.rows.weight ?? double(1)} END)`,
    ),
  );
  const warnings = checkSeenClasses(definition, (name) => (weights[name] ?? NaN) > 0);
  const seen = classes.flatMap((_, name) => ((weights[name] ?? NaN) > 0 ? [name] : []));
  const start = startFrom(
    seen.map((name) => weights[name] ?? NaN),
    widthOf(design),
  );
  const warm = await startFromSamples(problem, { start, min: minSample }, async (sample, current) => {
    const { at, means } = await solve(sample, seen, current, sampleTolerance);
    return uncentred(at, means, seen.length);
  });
  const solved = await solve(problem, seen, warm, gradientTolerance);
  const found = coefficientsOf(solved, seen.length);
  return classes.map((_, name) => {
    const position = seen.indexOf(name);
    const own = found[position] ?? {
      intercept: unseenLogit,
      coefficients: new Array<number>(widthOf(design)).fill(0),
    };
    return { ...own, ...(name === 0 && { warnings }) };
  });
}

/** The intercepts of the classes' shares, and no coefficients; row by row of each class its coefficients, then its intercept. */
function startFrom(weights: readonly number[], width: number): Float64Array {
  const logs = weights.map(Math.log);
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  const start = new Float64Array(weights.length * (width + 1));
  logs.forEach((value, name) => {
    start[name * (width + 1) + width] = value - mean;
  });
  return start;
}

/** Coefficients of columns around their means, and those means. */
interface Solution extends Pick<Minimum, "at"> {
  readonly means: Float64Array;
}

async function solve(
  problem: Problem,
  seen: SeenClasses,
  start: Float64Array,
  tolerance: number,
): Promise<Solution> {
  const { l2, design } = problem;
  const blocks = new KeptBlocks(design);
  const products = await centredProducts(blocks);
  const { means, total } = products;
  const found = await minimize(
    {
      evaluate: (at) => evaluate(blocks, { at, seen, l2, products }),
      precondition: preconditionerOf(products, l2),
      tolerance: tolerance * total,
    },
    centred(start, means, seen.length),
  );
  const size = 1 + largest(found?.at ?? start);
  if (found && !(l2 === 0 && found.lastStep > divergentStep * size)) return { at: found.at, means };
  const coefficients = found?.at ?? start;
  throw notConverged(problem, {
    coefficients: problem.names.map((_, column) =>
      Math.max(
        ...seen.map((_name, row) => Math.abs(coefficients[row * (problem.names.length + 1) + column] ?? 0)),
      ),
    ),
  });
}

/** Intercepts of columns around their means, from those of the columns as they are; `sign` −1: the other way. */
function moveIntercepts(at: Float64Array, means: Float64Array, classes: number, sign: 1 | -1): Float64Array {
  const width = means.length;
  const moved = at.slice();
  for (let name = 0; name < classes; name++) {
    const first = name * (width + 1);
    let shift = 0;
    for (let column = 0; column < width; column++)
      shift += (means[column] ?? NaN) * (at[first + column] ?? NaN);
    moved[first + width] = (at[first + width] ?? NaN) + sign * shift;
  }
  return moved;
}

const centred = (at: Float64Array, means: Float64Array, classes: number): Float64Array =>
  moveIntercepts(at, means, classes, 1);
const uncentred = (at: Float64Array, means: Float64Array, classes: number): Float64Array =>
  moveIntercepts(at, means, classes, -1);

/** By class; intercepts add up to 0. */
function coefficientsOf({ at, means }: Solution, classes: number): Coefficients[] {
  const width = means.length;
  const plain = uncentred(at, means, classes);
  const lines = Array.from({ length: classes }, (_, name) =>
    Array.from(plain.subarray(name * (width + 1), (name + 1) * (width + 1))),
  );
  const mean = lines.reduce((sum, line) => sum + (line[width] ?? NaN), 0) / classes;
  return lines.map((line) => ({
    intercept: (line[width] ?? NaN) - mean,
    coefficients: line.slice(0, width),
  }));
}

/** The penalised negative log-likelihood with its gradient, in one pass over the rows. */
async function evaluate(
  blocks: KeptBlocks,
  {
    at,
    seen,
    l2,
    products: { means },
  }: { at: Float64Array; seen: SeenClasses; l2: number; products: CentredProducts },
): Promise<Evaluated> {
  const { width } = blocks;
  const plain = uncentred(at, means, seen.length);
  const lines = seen.map((_, name) => plain.subarray(name * (width + 1), (name + 1) * (width + 1)));
  const gradient = new Float64Array(at.length);
  const sums = seen.map((_, name) => gradient.subarray(name * (width + 1), (name + 1) * (width + 1)));
  // A row's class, by its position among all, as its position among those seen.
  const places = new Map(seen.map((name, place) => [name, place]));
  let value = 0;
  for await (const block of blocks) {
    const { rows, targets, weights } = block;
    const predictors = lines.map((line) => {
      const own = new Float64Array(rows).fill(line[width] ?? NaN);
      addPredictors(own, block, line);
      return own;
    });
    value += toResiduals(predictors, {
      is: Int32Array.from(targets, (name) => places.get(name) ?? -1),
      weights: weights.subarray(0, rows),
    });
    predictors.forEach((residuals, name) => {
      const sum = sums[name];
      if (!sum) return;
      addSums(sum, block, residuals);
      for (let index = 0; index < rows; index++) sum[width] = (sum[width] ?? NaN) + (residuals[index] ?? NaN);
    });
  }
  return { at, value: value + penalise(at, { sums, means, l2 }), gradient };
}

/** The penalty; its gradient is added, and the gradient by columns as they are made that by columns around their means. */
function penalise(
  at: Float64Array,
  { sums, means, l2 }: { sums: readonly Float64Array[]; means: Float64Array; l2: number },
): number {
  const width = means.length;
  let squares = 0;
  sums.forEach((sum, name) => {
    const ofIntercept = sum[width] ?? NaN;
    for (let column = 0; column < width; column++) {
      const coefficient = at[name * (width + 1) + column] ?? NaN;
      squares += coefficient ** 2;
      sum[column] = (sum[column] ?? NaN) - (means[column] ?? NaN) * ofIntercept + l2 * coefficient;
    }
  });
  return (l2 / 2) * squares;
}
