import { oneOf } from "../base/wording";
import { fittedHere, trainerRule, type TrainerKind } from "./trainers";

/** What is wrong with prediction intervals, for this task and this trainer. */
export function intervalFaults(
  intervals: { readonly coverage: number } | undefined,
  { task, trainer }: { readonly task: string; readonly trainer: { readonly kind: TrainerKind } },
): string[] {
  if (intervals === undefined) return [];
  const faults: string[] = [];
  if (task !== "regression") {
    faults.push(
      "intervals are for a regression; a classification says how sure it is by its probabilities. Leave them out",
    );
  }
  if (trainerRule(trainer.kind).isProgram) {
    faults.push(
      `intervals are not for the ${trainer.kind} trainer, whose program would have to run for each fold; use ${oneOf(fittedHere("regression"))}, or leave them out`,
    );
  }
  return faults;
}
