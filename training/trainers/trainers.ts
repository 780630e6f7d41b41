import type { ModelDefinition } from "../../platform/definition/definition";
import type { TrainerKind } from "../../platform/definition/trainers";
import type { Lineage } from "../../platform/model/model-directory";
import { withColumnNumbers } from "../../platform/sql/with-column-numbers";
import type { FoldMaker, Folds } from "../inputs/folds";
import type { FittedModel, ProgramInput, Trainer, TrainerInput } from "./trainer";

/** How each kind of trainer fits. Loaded on use: a model has one, and they are half of what a training would load. */
const trainers: { readonly [Kind in TrainerKind]: () => Trainer<Kind> } = {
  ridge: () => (require("./ridge") as typeof import("./ridge")).ridge,
  "elastic-net": () => (require("./elastic-net") as typeof import("./elastic-net")).elasticNet,
  logistic: () => (require("./logistic") as typeof import("./logistic")).logistic,
  "boosted-trees": () => (require("./boosted-trees") as typeof import("./boosted-trees")).boostedTrees,
  command: () => (require("./command") as typeof import("./command")).command,
  python: () => (require("./python") as typeof import("./python")).python,
};

const trainerOf = ({ trainer }: ModelDefinition): Trainer => trainers[trainer.kind]();

/** The folds of rows that have these numbers, too. */
async function foldsWithNumbers(makeFolds: FoldMaker, withNumbers: (from: string) => string): Promise<Folds> {
  const folds = await makeFolds();
  return {
    ...folds,
    pieces: folds.pieces.map(withNumbers),
    rows: (fold, part) => withNumbers(folds.rows(fold, part)),
  };
}

/** Fits the definition's trainer, to the numbers that columns become. */
export function fitModel(input: TrainerInput): Promise<FittedModel> {
  const { definition } = input;
  const withNumbers = (from: string): string => withColumnNumbers(from, definition.columns);
  const { from, folds } = input;
  return trainerOf(definition).fit(
    { ...input, from: withNumbers(from), folds: folds && (() => foldsWithNumbers(folds, withNumbers)) },
    definition.trainer,
  );
}

/** The program that the definition's trainer runs; undefined where there is none. */
export async function programOf(input: ProgramInput): Promise<Lineage["program"] | undefined> {
  return trainerOf(input.definition).describeProgram?.(input, input.definition.trainer);
}
