import { z } from "zod";
import { oneOf } from "../base/wording";
import { classWeightFaults, classWeightSchema } from "./class-weight";
import { closedObject } from "./closed-object";
import { treeFaults } from "./tree-faults";

type Settings = Readonly<Record<string, z.core.util.JSONType>>;

/** All that is known of a kind of trainer before it is run: lists of kinds elsewhere are made of it. */
interface TrainerKindRule {
  /** Its part of a definition. */
  readonly settings: z.ZodObject<{ kind: z.ZodLiteral<string> }>;
  /** Tasks that it is for. */
  readonly tasks: readonly Task[];
  /** What is wrong with settings that a schema alone cannot tell. */
  readonly faults?: (settings: never, model: TrainedDefinition) => string[];
  /** Whether it starts a program of the user's: of its models only the file is known, and each fit is a run of the program. */
  readonly isProgram?: true;
  /** Settings that a new model has at first. */
  readonly draft: Settings;
  /** What `tune` tries where nothing is said: values by setting; all that is tried has to be named when absent. */
  readonly usualSearch?: Readonly<Record<string, readonly (number | string)[]>>;
  /** What it offers for a target with a long tail. */
  readonly longTail?: {
    /** Settings with which the median is predicted, and how that comes about, as a sentence goes on after "So". */
    readonly median: Settings;
    readonly how: string;
    /** Settings with which the mean is: of amounts above 0, and of counts, which may be 0. */
    readonly means?: { readonly amounts: Settings; readonly counts: Settings };
  };
  /** Whether predictions are off by a factor, which is alike for small and great targets; both are above 0 then. */
  readonly fitsLogarithm?: (settings: never) => boolean;
}

type Task = "regression" | "classification";

/** The rest of a definition, as far as its trainer depends on it. */
interface TrainedDefinition {
  readonly task: Task;
  readonly columns: readonly {
    readonly name: string;
    readonly type: string;
    readonly role: string;
    readonly values?: readonly string[] | undefined;
    readonly classes?: readonly number[] | undefined;
  }[];
}

/** Share of the training rows that a program gets in a file of their own, to see when to stop, 0..1; none when absent. */
const validationFraction = z.number().gt(0).lt(1).optional();

/** What a program finds in `definition.json`, under `trainer.parameters`. */
const parameters = z.record(z.string(), z.json());

/** Whether the penalty is on standardised coefficients, as it is unless said otherwise, or on those of the numbers as they are. */
const standardize = z.boolean().optional();

/**
 * What the model is linear in, in place of the target: its natural logarithm, or the power of it that is most like a normal
 * distribution; for `log` and `box-cox` it is above 0.
 */
const targetTransform = z.enum(["log", "box-cox", "yeo-johnson"]).optional();

/** What a linear regression does about a long tail: what is fitted as a logarithm is predicted as a median, and off by a factor. */
const ofLogarithms = {
  longTail: { median: { targetTransform: "log" }, how: "the logarithm is fitted, and the median predicted" },
  fitsLogarithm: (settings: { readonly targetTransform?: string | undefined }) =>
    settings.targetTransform === "log",
} as const;

/** The powers of ten around 1. */
const usualPenalties = [0.001, 0.01, 0.1, 1, 10, 100, 1000];

/** The kinds of trainers, by their names; `training/trainers/trainers.ts` says how each is fitted. */
const trainerKinds = {
  ridge: {
    tasks: ["regression"],
    draft: { alpha: 1 },
    usualSearch: { alpha: usualPenalties },
    ...ofLogarithms,
    settings: closedObject({
      kind: z.literal("ridge"),
      /**
       * L2 penalty on the coefficients, as scikit-learn's `alpha`; 0 is ordinary least squares; "auto" is the one of the powers
       * of ten and their halves, 0.001 to 1e6, that predicts folds of the training rows best.
       */
      alpha: z.union([z.number().min(0), z.literal("auto")], {
        error: 'Expected a number of at least 0, or "auto"',
      }),
      standardize,
      targetTransform,
    }),
  },
  "elastic-net": {
    tasks: ["regression"],
    draft: { alpha: "auto", l1Ratio: 0.5 },
    // As scikit-learn recommends: more of them near 1.
    usualSearch: { l1Ratio: [0.1, 0.5, 0.7, 0.9, 0.95, 0.99, 1] },
    ...ofLogarithms,
    settings: closedObject({
      kind: z.literal("elastic-net"),
      /**
       * Penalty on the coefficients per unit of weight, above 0, as scikit-learn's `alpha`; "auto" is the one of a path of a hundred
       * that predicts folds of the training rows best.
       */
      alpha: z.union([z.number().positive(), z.literal("auto")], {
        error: 'Expected a number above 0, or "auto"',
      }),
      /** Share of the penalty that is on absolute values and makes coefficients 0; 1 is the lasso. The rest is on squares. */
      l1Ratio: z.number().gt(0).max(1).default(0.5),
      standardize,
      targetTransform,
    }),
  },
  logistic: {
    tasks: ["classification"],
    draft: { l2: 1 },
    usualSearch: { l2: usualPenalties },
    settings: closedObject({
      kind: z.literal("logistic"),
      /** L2 penalty on the standardised coefficients: scikit-learn's `1 / C`. */
      l2: z.number().min(0),
      classWeight: classWeightSchema,
    }),
    faults: classWeightFaults,
  },
  "boosted-trees": {
    tasks: ["regression", "classification"],
    draft: {},
    usualSearch: { learningRate: [0.03, 0.1, 0.3], maxLeaves: [7, 15, 31] },
    longTail: {
      median: { loss: "absolute" },
      how: "the median is predicted",
      means: { amounts: { loss: "gamma" }, counts: { loss: "poisson" } },
    },
    fitsLogarithm: ({ loss }: { readonly loss?: string | undefined }) => loss === "gamma",
    settings: closedObject({
      kind: z.literal("boosted-trees"),
      /**
       * What is made small. A regression: `squared` unless said otherwise, for the mean; `absolute` for the median;
       * `quantile`; `poisson` for counts and `gamma` for amounts above 0, whose features multiply. A classification: `log`.
       */
      loss: z.enum(["squared", "absolute", "quantile", "poisson", "gamma", "log"]).optional(),
      /** Share of the targets that is below what is predicted, 0..1; for the loss `quantile`. */
      quantile: z.number().gt(0).lt(1).optional(),
      /** How much of what a tree says is taken, 0..1; less of it needs more trees. */
      learningRate: z.number().gt(0).max(1).default(0.1),
      maxTrees: z.number().int().min(1).max(10_000).default(100),
      /** Leaves of a tree. */
      maxLeaves: z.number().int().min(2).max(10_000).default(31),
      /** Training rows that each leaf needs. */
      minLeafRows: z.number().int().min(1).default(20),
      /** L2 penalty on the values of leaves. */
      l2: z.number().min(0).default(0),
      /**
       * Training ends when so many trees in a row did not lower the loss on rows kept from it, and 0 is never: 10 unless
       * said otherwise where there are more than 10,000 training rows, else 0.
       */
      earlyStoppingTrees: z.number().int().min(0).optional(),
      /** Share of the training rows that is kept from growing trees, to see when to stop, 0..1. */
      validationFraction: z.number().gt(0).lt(1).default(0.1),
      /** Numbers by name of which a greater one may only raise what is predicted, or only lower it. */
      monotone: z.record(z.string(), z.enum(["rising", "falling"])).default({}),
      classWeight: classWeightSchema,
    }),
    faults: (settings: Parameters<typeof treeFaults>[0] & Parameters<typeof classWeightFaults>[0], model) => [
      ...treeFaults(settings, model),
      ...classWeightFaults(settings, model),
    ],
  },
  command: {
    tasks: ["regression", "classification"],
    isProgram: true,
    // What to run, `init` is told.
    draft: {},
    settings: closedObject({
      kind: z.literal("command"),
      /** Program and arguments. `{data}` and `{output}` are replaced by the prepared Parquet folder and the output folder. */
      run: z.array(z.string().min(1)).min(1),
      parameters: parameters.optional(),
      /** Longest run, in minutes. */
      timeoutMinutes: z.number().positive().default(60),
      validationFraction,
      /** How the rows are written that the program gets; CSV is for programs that cannot read Parquet. */
      format: z.enum(["parquet", "csv"]).optional(),
    }),
  },
  python: {
    tasks: ["regression", "classification"],
    isProgram: true,
    draft: {},
    settings: closedObject({
      kind: z.literal("python"),
      /** The program, a file of the model's folder. */
      program: z.string().min(1).default("train.py"),
      /** What it needs, as pip reads it: a file of the model's folder with each package and its version. */
      requirements: z.string().min(1).default("requirements.txt"),
      /** Python to run it with, such as "3.12"; the first that is found when absent. */
      pythonVersion: z
        .string()
        .regex(/^3\.\d+$/, 'Expected a version such as "3.12".')
        .optional(),
      parameters: parameters.default({}),
      /** Longest run, in minutes; making the environment does not count. */
      timeoutMinutes: z.number().positive().default(60),
      validationFraction,
    }),
  },
} as const satisfies Readonly<Record<string, TrainerKindRule>>;

export type TrainerKind = keyof typeof trainerKinds;
/** The settings of one kind of trainer, as a definition gives them. */
export type TrainerSettings<Kind extends TrainerKind = TrainerKind> = z.output<
  (typeof trainerKinds)[Kind]["settings"]
>;

type SettingsSchema = (typeof trainerKinds)[TrainerKind]["settings"];

/** The `trainer` of a definition: one of the kinds, by its `kind`. */
export const trainerSchema = z.discriminatedUnion(
  "kind",
  // There is a first one, which the type of a list of values does not say.
  Object.values(trainerKinds).map(({ settings }) => settings) as unknown as [
    SettingsSchema,
    ...SettingsSchema[],
  ],
);

/** The names of the kinds, in the order of the table. */
export const trainerNames = Object.keys(trainerKinds) as readonly TrainerKind[];

/** What is known of a kind. */
export function trainerRule(kind: TrainerKind): TrainerKindRule {
  return trainerKinds[kind];
}

/** The kinds that fit in this process, where a fold costs no run of a program and a model's parameters are known; for a task, if given. */
export function fittedHere(task?: Task): readonly TrainerKind[] {
  return trainerNames.filter((kind) => {
    const { isProgram, tasks } = trainerRule(kind);
    return isProgram !== true && (task === undefined || tasks.includes(task));
  });
}

/** Whether a model's predictions are off by a factor, as its trainer is set. */
export function fitsLogarithm(trainer: TrainerSettings): boolean {
  return trainerRule(trainer.kind).fitsLogarithm?.(trainer as never) ?? false;
}

/** What is wrong with a trainer for this task and these columns. */
export function trainerFaults(settings: TrainerSettings, model: TrainedDefinition): string[] {
  const { kind } = settings;
  const { task } = model;
  const { faults: faultsOf, tasks } = trainerRule(kind);
  const faults = faultsOf?.(settings as never, model) ?? [];
  if (!tasks.includes(task)) {
    const fitting = trainerNames.filter((name) => trainerRule(name).tasks.includes(task));
    faults.push(`the ${kind} trainer is for ${tasks.join(" and ")}; use ${oneOf(fitting)}`);
  }
  return faults;
}
