import { PlatformError } from "../../platform/base/errors";
import type { ModelDefinitionInput, Task } from "../../platform/definition/definition";
import {
  trainerFaults,
  trainerRule,
  trainerSchema,
  type TrainerKind,
} from "../../platform/definition/trainers";

type TrainerInput = ModelDefinitionInput["trainer"];

/** Libraries that there is a Python program for, with what it is given at first. */
export const libraries = ["lightgbm", "sklearn"] as const;
export type Library = (typeof libraries)[number];

const ofLibrary: Readonly<Record<Library, object>> = {
  lightgbm: { validationFraction: 0.1, parameters: { n_estimators: 500, learning_rate: 0.05 } },
  sklearn: { parameters: { n_estimators: 300, min_samples_leaf: 3 } },
};

/** What a user says of the trainer of a new model. */
export interface TrainerChoice {
  readonly trainer?: TrainerKind;
  /** Of a `python` trainer. */
  readonly library?: Library;
  /** Of a `command` trainer: its program and arguments, separated by spaces. */
  readonly run?: string;
  /** Settings in place of the draft's: those of a model that is brought here from elsewhere. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** What the options of a kind make of its draft. */
const byOptions: Readonly<Partial<Record<TrainerKind, (choice: TrainerChoice) => object>>> = {
  python: ({ library = "lightgbm" }) => ofLibrary[library],
  command: ({ run = "" }) => ({ run: run.split(/\s+/).filter(Boolean) }),
};

function usage(message: string): PlatformError {
  return new PlatformError("USAGE", message);
}

/** Throws USAGE for options that do not go together. */
export function requireTrainerOptions({ trainer, library, run }: TrainerChoice): void {
  if (library !== undefined && trainer !== "python") {
    throw usage(
      "--library is of the python trainer. Expected --trainer python with it. Add that, or leave it out.",
    );
  }
  if (run !== undefined && trainer !== "command") {
    throw usage(
      "--run is of the command trainer. Expected --trainer command with it. Add that, or leave it out.",
    );
  }
  if (trainer === "command" && !(run?.includes("{data}") && run.includes("{output}"))) {
    throw usage(
      '--trainer command needs the program: --run "Rscript train.R {data} {output}", where {data} is the folder that it reads and {output} the one that it writes model.onnx to. Add --run with both.',
    );
  }
}

/** The trainer of a new model: the one that was asked for, or the linear one for the task. */
export function chooseTrainer(choice: TrainerChoice, task: Task): TrainerInput {
  const { trainer: kind = task === "regression" ? "ridge" : "logistic" } = choice;
  const trainer = { kind, ...trainerRule(kind).draft, ...byOptions[kind]?.(choice), ...choice.settings };
  const [fault] = trainerFaults(trainerSchema.parse(trainer), { task, columns: [] });
  // What could be parsed is a trainer's input.
  if (fault === undefined) return trainer as TrainerInput;
  throw usage(
    `The target is that of a ${task}: ${fault}. Correct --trainer, or name another target with --target.`,
  );
}
