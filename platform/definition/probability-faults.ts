import { oneOf } from "../base/wording";
import { fittedHere, trainerRule, type TrainerKind } from "./trainers";

/** What a definition says of the probabilities of two classes. */
interface Said {
  readonly calibration?: unknown;
  readonly threshold?: unknown;
}

/** The rest of it, as far as these depend on it. */
interface Model {
  readonly task: string;
  readonly classes: readonly unknown[];
  readonly trainer: { readonly kind: TrainerKind };
}

/** What is wrong with what is said of probabilities, for this task, these classes and this trainer. */
export function probabilityFaults(
  { calibration, threshold }: Said,
  { task, classes, trainer }: Model,
): string[] {
  const said = Object.entries({ calibration, threshold }).filter(([, value]) => value !== undefined);
  return said.flatMap(([name]) => [
    ...(task === "classification"
      ? []
      : [`${name} is for a classification, as a regression has no probabilities; leave it out`]),
    ...(classes.length > 2
      ? [`${name} is for two classes, and the target has ${classes.length}; leave it out`]
      : []),
    ...(trainerRule(trainer.kind).isProgram
      ? [
          `${name} is not for the ${trainer.kind} trainer, whose program makes the probabilities; use ${oneOf(fittedHere("classification"))}, or leave it out`,
        ]
      : []),
  ]);
}
