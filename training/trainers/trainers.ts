import type { ModelDefinition } from "../../platform/definition/definition";
import type { TrainerKind } from "../../platform/definition/trainers";
import type { Lineage } from "../../platform/model/model-directory";
import { boostedTrees } from "./boosted-trees";
import { command } from "./command";
import { logistic } from "./logistic";
import { python } from "./python";
import { ridge } from "./ridge";
import type { FittedModel, ProgramInput, Trainer, TrainerInput } from "./trainer";

/** How each kind of trainer fits. */
const trainers: { readonly [Kind in TrainerKind]: Trainer<Kind> } = {
  ridge,
  logistic,
  "boosted-trees": boostedTrees,
  command,
  python,
};

const trainerOf = ({ trainer }: ModelDefinition): Trainer => trainers[trainer.kind];

/** Fits the definition's trainer. */
export function fitModel(input: TrainerInput): Promise<FittedModel> {
  return trainerOf(input.definition).fit(input, input.definition.trainer);
}

/** The program that the definition's trainer runs; undefined where there is none. */
export async function programOf(input: ProgramInput): Promise<Lineage["program"] | undefined> {
  return trainerOf(input.definition).describeProgram?.(input, input.definition.trainer);
}
