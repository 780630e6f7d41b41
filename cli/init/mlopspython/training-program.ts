import type { Task } from "../../../platform/definition/definition";
import type { TrainerChoice } from "../choose-trainer";
import type { MlopsPythonProject } from "./project";

/** What `train.py` and `parameters.json` say of a model, as far as they follow the form of MLOpsPython. */
export interface TrainingProgram {
  /** File name of the data that the program reads when it is run by hand. */
  readonly data?: string;
  readonly target?: string;
  /** Share of the rows that it holds out, 0..1. */
  readonly testFraction?: number;
  readonly trainer: TrainerChoice;
  readonly task?: Task;
  /** Parameters that were taken over, by name. */
  readonly taken: readonly string[];
  readonly note: string;
}

const first = (text: string, pattern: RegExp): string | undefined => pattern.exec(text)?.[1];

const positive = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) && value > 0 ? value : undefined;

interface Fit {
  /** What a program imports that fits models of this kind. */
  readonly pattern: RegExp;
  readonly trainer: (
    parameters: MlopsPythonProject["parameters"],
  ) => Omit<TrainingProgram, "data" | "target">;
}

const fits: readonly Fit[] = [
  {
    pattern: /\bimport\b.*\bRidge\b/,
    trainer: ({ alpha }) => {
      const value = typeof alpha === "number" && alpha >= 0 ? alpha : 1;
      return {
        // scikit-learn's penalty is on the coefficients of the numbers as they are.
        trainer: { trainer: "ridge", settings: { alpha: value, standardize: false } },
        task: "regression",
        taken: ["alpha"],
        note: `scikit-learn's Ridge is the trainer ridge with alpha ${value}, on numbers that are not standardised: the same coefficients.`,
      };
    },
  },
  {
    pattern: /\bimport\b.*\bLogisticRegression\b/,
    trainer: ({ C }) => {
      const l2 = 1 / (positive(C) ?? 1);
      return {
        trainer: { trainer: "logistic", settings: { l2 } },
        task: "classification",
        taken: ["C"],
        note: `scikit-learn's LogisticRegression is the trainer logistic with l2 ${l2}, its 1 / C. Here the penalty is on standardised coefficients; scale it again with \`mlops tune\`.`,
      };
    },
  },
];

/** The program goes on as a program: what fits the model has to be moved into it by hand. */
const asProgram: Fit["trainer"] = () => ({
  trainer: { trainer: "python", library: "sklearn" },
  taken: [],
  note: "What train.py fits is not known here, so the model has a Python trainer. Move the body of train_model into train.py of the model's folder, its parameters into trainer.parameters of model.ts, and its packages into requirements.in.",
});

/** Reads what a program in the form of MLOpsPython's `training/train.py` says. */
export function readTrainingProgram({
  trainingProgram: text,
  parameters,
}: Pick<MlopsPythonProject, "trainingProgram" | "parameters">): TrainingProgram {
  const data = first(text, /["']([\w.-]+\.csv)["']/);
  const target = first(text, /\.drop\((?:columns ?= ?)?\[?["']([^"']+)["']/);
  const share = Number(first(text, /\btest_size\s*=\s*(0?\.\d+)/));
  const fit = fits.find(({ pattern }) => pattern.test(text))?.trainer ?? asProgram;
  return {
    ...(data !== undefined && { data }),
    ...(target !== undefined && { target }),
    ...(share > 0 && share < 1 && { testFraction: share }),
    ...fit(parameters),
  };
}
