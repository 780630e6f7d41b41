import { PlatformError } from "../../platform/base/errors";
import { counted } from "../../platform/base/wording";
import type { Folds } from "../inputs/folds";
import { chosenAlphaWarning, foldsForAlpha } from "./choose-by-folds";
import { targetMoments, widthOf, type Coefficients, type Design } from "./design";
import { sumsOf } from "./design-sums";
import { alphasBetween, greatestAlpha, NetPath, type NetSolution } from "./elastic-net-path";
import {
  scaledColumns,
  squaredError,
  sumsOfFolds,
  systemOf,
  type LinearSystem,
  type Sums,
} from "./fold-sums";
import { fitLinear, type LinearProblem } from "./linear";
import type { Trainer, TrainerInput } from "./trainer";

/** How many alphas a path has, and how far it goes down from the greatest, scikit-learn's `n_alphas` and `eps`. */
const path = { alphas: 100, depth: 1e-4 } as const;

/** Least squares of the training rows, and the spread of the target in them. */
interface NetProblem {
  readonly system: LinearSystem;
  readonly spread: number;
}

function problemOf(sums: Sums, scaled: readonly boolean[]): NetProblem {
  const size = scaled.length;
  const total = sums.get(size + 1, size + 1);
  const mean = sums.get(size, size + 1) / total;
  const variance = Math.max(0, sums.get(size, size) / total - mean ** 2);
  return { system: systemOf(sums, scaled), spread: Math.sqrt(variance) };
}

/** The alphas of the path of a problem, greatest first. */
function alphasOf({ system }: NetProblem, l1Ratio: number): number[] {
  const greatest = greatestAlpha(system, l1Ratio);
  return greatest > 0 ? alphasBetween(greatest, greatest * path.depth, path.alphas) : [1];
}

/** What folds of the training rows have shown of a path. */
export interface NetErrors {
  /** Mean squared error of each alpha, greatest first, over the rows of all folds. */
  readonly errors: ReadonlyMap<number, number>;
}

/**
 * The error of each alpha on folds of the training rows: a path for each fold, from its sums of products. Equal to fitting anew for each
 * alpha, numbers standardised by each fold's own rows; a missing value's substitute is that of all.
 */
export async function errorsOfPath(
  problem: Pick<LinearProblem, "design" | "encodePart">,
  {
    folds,
    l1Ratio,
    alphas,
  }: { readonly folds: Folds; readonly l1Ratio: number; readonly alphas: readonly number[] },
): Promise<NetErrors> {
  const scaled = scaledColumns(problem.design);
  const squares = new Map<number, number>(alphas.map((alpha) => [alpha, 0]));
  let weight = 0;
  for (const { trained, measured } of await sumsOfFolds(problem, folds)) {
    const { system, spread } = problemOf(trained, scaled);
    const net = new NetPath(system, l1Ratio, spread);
    for (const alpha of alphas) {
      const { coefficients } = net.next(alpha);
      squares.set(alpha, (squares.get(alpha) ?? NaN) + squaredError(measured, system.unscaled(coefficients)));
    }
    weight += measured.get(scaled.length + 1, scaled.length + 1);
  }
  return { errors: new Map([...squares].map(([alpha, sum]) => [alpha, sum / weight])) };
}

/** The alpha of the least error; of equal ones the greatest, which leaves more columns out. */
function bestOf(errors: ReadonlyMap<number, number>): number {
  let best: { readonly alpha: number; readonly error: number } | undefined;
  for (const [alpha, error] of errors) {
    if (Number.isFinite(error) && !(best !== undefined && best.error <= error)) best = { alpha, error };
  }
  if (best !== undefined) return best.alpha;
  throw new PlatformError(
    "TRAINING_FAILED",
    'No alpha could be chosen: on the folds of the training rows no penalty has a finite error. Give the trainer an alpha instead of "auto".',
  );
}

/** The solution for one alpha, at the end of a path that leads to it. */
function solveAt({ system, spread }: NetProblem, alpha: number, l1Ratio: number): NetSolution {
  const net = new NetPath(system, l1Ratio, spread);
  const greatest = greatestAlpha(system, l1Ratio);
  if (alpha < greatest) alphasBetween(greatest, alpha, path.alphas).forEach((one) => net.next(one));
  return net.exact(alpha);
}

/** What a person should know of a fit. */
function warningsOf({ coefficients, isConverged }: NetSolution): string[] {
  const kept = coefficients.filter((value) => value !== 0).length;
  const counts = `${kept} of ${counted(coefficients.length, "column")} ${kept === 1 ? "has" : "have"} a coefficient; the others do not count`;
  return [
    ...(kept === 0
      ? [
          "No column has a coefficient: every prediction is the mean. Lower the trainer's alpha, or give it other features.",
        ]
      : kept < coefficients.length
        ? [counts]
        : []),
    ...(isConverged
      ? []
      : [
          "The coefficients have not come to rest, as columns are nearly dependent. Raise the trainer's alpha, or lower its l1Ratio.",
        ]),
  ];
}

function chosenWarning(alpha: number, alphas: readonly number[]): string {
  const said = chosenAlphaWarning(alpha, alphas[0]);
  const isLeast = alphas.length > 1 && alpha === alphas.at(-1);
  return isLeast ? `${said}, the least that is tried: ridge may do as well` : said;
}

interface NetSettings {
  readonly alpha: number | "auto";
  readonly l1Ratio: number;
}

async function fitNet(
  problem: LinearProblem,
  { alpha: given, l1Ratio }: NetSettings,
  folds: TrainerInput["folds"],
): Promise<Coefficients> {
  const { mean: centre } = await targetMoments(problem.design);
  const design: Design = { ...problem.design, centre };
  // Numbers are standardised by these rows already, where they are.
  const whole = problemOf(await sumsOf(design), new Array<boolean>(widthOf(design)).fill(false));
  const alphas = given === "auto" ? alphasOf(whole, l1Ratio) : [];
  const alpha = given === "auto" ? await choose({ ...problem, design }, { folds, l1Ratio, alphas }) : given;
  const solution = solveAt(whole, alpha, l1Ratio);
  const unscaled = whole.system.unscaled(solution.coefficients);
  return {
    intercept: centre + (unscaled.at(-1) ?? NaN),
    coefficients: Array.from(unscaled.subarray(0, -1)),
    warnings: [...(given === "auto" ? [chosenWarning(alpha, alphas)] : []), ...warningsOf(solution)],
    ...(given === "auto" && { chosen: { alpha } }),
  };
}

async function choose(
  problem: LinearProblem,
  {
    folds,
    l1Ratio,
    alphas,
  }: { readonly folds: TrainerInput["folds"]; readonly l1Ratio: number; readonly alphas: readonly number[] },
): Promise<number> {
  const { errors } = await errorsOfPath(problem, { folds: await foldsForAlpha(folds), l1Ratio, alphas });
  return bestOf(errors);
}

export const elasticNet: Trainer<"elastic-net"> = {
  fit(input, { alpha, l1Ratio, standardize, targetTransform: transform }) {
    return fitLinear(input, (problem) => fitNet(problem, { alpha, l1Ratio }, input.folds), {
      standardize,
      transform,
    });
  },
};
