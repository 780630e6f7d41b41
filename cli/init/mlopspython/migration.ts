import path from "node:path";
import { PlatformError } from "../../../platform/base/errors";
import type { Environments } from "../../../platform/release/environments";
import { findCounterparts, type Counterpart } from "./counterparts";
import type { MlopsPythonProject } from "./project";
import { readTrainingProgram, type TrainingProgram } from "./training-program";

/** What becomes of a project that was made from MLOpsPython. */
export interface Migration {
  /** Its training data, from its folder. */
  readonly data: string | undefined;
  readonly program: TrainingProgram;
  /** Variables, values of the deployment files, training parameters and parts of the project, each with what it is here. */
  readonly counterparts: readonly Counterpart[];
  /** What makes stacks with the settings that were found. */
  readonly commands: readonly string[];
}

/** Parts of the project, by the files that they consist of. */
const parts: readonly { readonly name: string; readonly pattern: RegExp; readonly note: string }[] = [
  {
    name: "training/R",
    pattern: /(^|\/)training\/R\//,
    note: 'A model of its own: `mlops init <name> --trainer command --run "Rscript train.R {data} {output}"`.',
  },
  {
    name: "scoring/score.py",
    pattern: /(^|\/)scoring\/score\w*\.py$/,
    note: "The service reads rows by the model's signature. What score.py does to them before the model has no counterpart: make it part of training, or of the data.",
  },
  {
    name: "evaluate/evaluate_model.py",
    pattern: /(^|\/)evaluate\/.*\.py$/,
    note: "The gate compares a candidate with the model in production: `gate` in model.ts. A rule of your own becomes a metric, a floor or a slice.",
  },
  {
    name: "data/data_test.py",
    pattern: /(^|\/)data\/.*_?test.*\.py$/,
    note: "Ranges and types of columns are in model.ts; `mlops data check` and each training hold them.",
  },
  {
    name: ".pipelines",
    pattern: /(^|\/)\.pipelines\//,
    note: "pipelines/ has those that take their place: build, retrain, release, batch, pr. Triggers that you have changed have to be changed there.",
  },
  {
    name: "environment_setup",
    pattern: /(^|\/)environment_setup\//,
    note: "infra/ makes the environments: npm run bootstrap, then the pipeline mlops-infra.",
  },
  {
    name: "charts",
    pattern: /(^|\/)charts\//,
    note: "A release moves traffic by a canary of its own; its stages are `canary` in model.ts.",
  },
];

function dataOf(files: readonly string[], name: string | undefined): string | undefined {
  const found = files.filter((file) => path.posix.basename(file) === name);
  // The nearest to the top.
  return found.toSorted((a, b) => a.split("/").length - b.split("/").length)[0];
}

function parametersOf(parameters: MlopsPythonProject["parameters"], program: TrainingProgram): Counterpart[] {
  return Object.entries(parameters).map(([name, value]) => ({
    name: `parameters.json: training.${name}`,
    value: JSON.stringify(value),
    note: program.taken.includes(name)
      ? "In `trainer` of model.ts."
      : "Not taken over: put it into `trainer` of model.ts, if its trainer has such a setting.",
  }));
}

function quotedForShell(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}

function commandsFor(
  model: string,
  { variables }: MlopsPythonProject,
  { counterparts, environments }: { counterparts: readonly Counterpart[]; environments: Environments },
): string[] {
  const settings = counterparts.flatMap(({ setting }) => (setting === undefined ? [] : [setting]));
  const common = settings.filter(({ stacks }) => stacks === "all");
  const option = (name: string, value: string | undefined, otherwise: string): string =>
    `--${name} ${value === undefined || value === "" ? otherwise : quotedForShell(value)}`;
  const location = variables.LOCATION?.toLowerCase().replaceAll(" ", "");
  const bootstrap = [
    "npm run bootstrap --",
    option("subscription", variables.SUBSCRIPTION_ID, "<id>"),
    "--organisation <name> --project <name>",
    ...(location ? [option("location", location, "")] : []),
    "--set owner=<team> --set costCentre=<number> --set alertEmail=<address>",
    ...[{ key: "model", value: model }, ...common].map(
      ({ key, value }) => `--set ${key}=${quotedForShell(value)}`,
    ),
  ].join(" ");
  const stackOf = { testing: environments.training, production: environments.production };
  return [
    bootstrap,
    ...settings.flatMap(({ key, value, stacks }) =>
      stacks === "all"
        ? []
        : [`pulumi config set --stack ${stackOf[stacks]} mlops:${key} ${quotedForShell(value)}`],
    ),
  ];
}

/** What a project becomes here; `model` is the name of the new model. */
export function planMigration(
  project: MlopsPythonProject,
  { model, environments }: { model: string; environments: Environments },
): Migration {
  const program = readTrainingProgram(project);
  const found = parts.filter(({ pattern }) => project.files.some((file) => pattern.test(file)));
  const settings = findCounterparts(project);
  return {
    data: dataOf(project.files, program.data),
    program,
    counterparts: [
      ...settings,
      ...parametersOf(project.parameters, program),
      ...found.map(({ name, note }) => ({ name, value: "", note })),
    ],
    commands: commandsFor(model, project, { counterparts: settings, environments }),
  };
}

/** The data to begin with: what the user names, or what the project's program reads; throws USAGE when there is neither. */
export function dataToMigrate(
  folder: string,
  { data, program }: Migration,
  from: string | undefined,
): string {
  if (from !== undefined) return from;
  if (data !== undefined) return path.join(folder, data);
  const named =
    program.data === undefined ? "names no CSV file" : `reads ${program.data}, which is not there`;
  throw new PlatformError(
    "USAGE",
    `The training data is not in ${folder}: training/train.py ${named}. Download the dataset from its datastore, and give the file to --from.`,
  );
}
