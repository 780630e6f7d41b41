import { z } from "zod";
import { PlatformError } from "../base/errors";
import { counted } from "../base/wording";
import { canarySchema } from "./canary-schema";
import { cardSchema } from "./card-schema";
import { checksSchema } from "./checks-schema";
import { classNames, probabilityNames } from "./class-names";
import { closedObject } from "./closed-object";
import { columnFaults, columnSchema } from "./column-schema";
import { modelFeatures } from "./model-features";
import { targetEncodingFaults } from "./encoding-faults";
import { formatSchema } from "./format-schema";
import { metricNames, metricNamesOf, metrics } from "./metric-names";
import { modelNamePattern, modelNameRule } from "./model-ref";
import { intervalFaults } from "./interval-faults";
import { probabilityFaults } from "./probability-faults";
import { cardSliceFaults, sliceFaults } from "./slice-faults";
import { splitFaults } from "./split-faults";
import { thresholdRuleSchema } from "./threshold-rule";
import { trainerFaults, trainerSchema } from "./trainers";

const metricName = z.enum(metricNames);

const gateSchema = closedObject({
  metric: metricName,
  /** How much better than the champion, in units of the metric, a candidate has to be. */
  minImprovement: z.number().min(0).default(0),
  /**
   * Level of the interval of the improvement, which has to lie above 0: at 0.95, about 1 in 40 candidates that are no
   * better is promoted.
   */
  confidence: z.number().min(0.5).max(0.999).default(0.95),
  /** Values a candidate must reach whatever the champion is: `min` or `max`, as the metric's direction says. */
  floors: z
    .array(closedObject({ metric: metricName, min: z.number().optional(), max: z.number().optional() }))
    .default([]),
  /** Groups of rows on which a candidate may not be worse than the champion by more than `mayBeWorseBy` units of the metric. */
  slices: z
    .array(
      closedObject({
        column: z.string(),
        /** Rising cut points that make groups of a number column: [50] gives "<= 50" and "> 50". */
        at: z.array(z.number()).min(1).optional(),
        mayBeWorseBy: z.number().min(0),
        /** Groups with fewer held-out rows are shown but not judged. */
        minRows: z.number().int().min(1).default(30),
      }),
    )
    .default([]),
});

const definitionShape = closedObject({
  name: z.string().regex(modelNamePattern, `must be ${modelNameRule}`),
  description: z.string().optional(),
  task: z.enum(["regression", "classification"]),
  /** Path (relative to the model's folder) of a CSV or Parquet file, or of a folder of either. */
  data: z.string().min(1),
  format: formatSchema.prefault({}),
  columns: z.array(columnSchema).min(2),
  /** Rows held out from training, chosen by a hash of the row's id, or of its values. */
  split: closedObject({
    testFraction: z.number().gt(0).lt(1).default(0.2),
    seed: z.number().int().default(1),
    /** Column of the data that says instead which rows are held out, "test", and which are trained on, "train". */
    column: z.string().min(1).optional(),
    /** Column of the data that says whose rows they are: all rows of one, such as a customer, are on one side. */
    group: z.string().min(1).optional(),
    /** Column of the data that says when: the newest rows are held out. A number, or a date or time as ISO 8601 writes it. */
    time: z.string().min(1).optional(),
    /** Classification: the share that is held out is the same in each class. */
    stratify: z.literal(true).optional(),
  }).prefault({}),
  checks: checksSchema.prefault({}),
  trainer: trainerSchema,
  /** Regression: intervals that hold the targets of a share of rows, 0..1, are an output on request. */
  intervals: closedObject({ coverage: z.number().gt(0).lt(1) }).optional(),
  /** Two classes: how probabilities are made to be shares of positive rows. */
  calibration: z.enum(["platt", "isotonic"]).optional(),
  /** Two classes: how the probability is chosen above which the positive one is predicted; 0.5 unless said otherwise. */
  threshold: thresholdRuleSchema,
  gate: gateSchema,
  /** A column has drifted when its population stability index is above `psi` and the difference is significant. */
  drift: closedObject({
    /** Population stability index: 0 = same, above 0.2 = investigate. */
    psi: z.number().positive().default(0.2),
    /** False discovery rate over all columns (Benjamini and Hochberg), 0..1; the chance of any alarm where nothing has drifted. */
    significance: z.number().gt(0).lt(1).default(0.01),
    /** Rows needed before drift is judged. */
    minRows: z.number().int().min(1).default(50),
  }).prefault({}),
  serving: closedObject({
    /** Requests scored at once by one process. */
    concurrency: z.number().int().min(1).default(2),
    /** Longest wait for a free place, in milliseconds. */
    queueTimeoutMs: z.number().int().min(0).default(180_000),
    /** Longest time for a request, in milliseconds. */
    timeoutMs: z.number().int().min(1).default(60_000),
    /** Rows in one request. */
    maxRows: z.number().int().min(1).default(10_000),
    /** Bytes in one request's body. */
    maxBodyBytes: z.number().int().min(1).default(5_000_000),
  }).prefault({}),
  canary: canarySchema.prefault({}),
  /** The model has a page for those who may only ask it: `mlops page`. */
  page: z.literal(true).optional(),
  /** What the model card says that only its makers know. */
  card: cardSchema.optional(),
});

type Definition = z.output<typeof definitionShape>;

function roleFaults({ columns }: Definition): string[] {
  const faults: string[] = [];
  for (const role of ["target", "id", "weight"] as const) {
    const count = columns.filter((column) => column.role === role).length;
    if (role === "target" ? count !== 1 : count > 1) {
      const expected = role === "target" ? "one" : "at most one";
      faults.push(`${count} columns have the role "${role}"; expected ${expected}`);
    }
  }
  if (!columns.some((column) => column.role === "feature")) faults.push("no column is a feature");
  return faults;
}

function taskFaults({ columns, task, trainer, intervals, calibration, threshold }: Definition): string[] {
  const faults: string[] = [];
  const target = columns.find((column) => column.role === "target");
  if (target && task === "regression" && target.type !== "number") {
    faults.push(`the target "${target.name}" of a regression is a number, not a ${target.type}`);
  }
  if (target && task === "regression" && target.classes) {
    faults.push(`the target "${target.name}" of a regression is an amount; leave its classes out`);
  }
  if (target && task === "classification") faults.push(...classFaults(target, columns));
  const classes = target ? classNames(target) : [];
  return [
    ...faults,
    ...targetEncodingFaults(columns, trainer),
    ...trainerFaults(trainer, { task, columns: modelFeatures(columns) }),
    ...probabilityFaults({ calibration, threshold }, { task, classes, trainer }),
    ...intervalFaults(intervals, { task, trainer }),
  ];
}

function classFaults(
  target: Definition["columns"][number],
  columns: readonly { readonly name: string }[],
): string[] {
  const { name, type, values, classes } = target;
  if (type === "number" && classes === undefined) {
    return [
      `the target "${name}" of a classification is a number and names no classes. List them, for example classes: [0, 1, 2], the positive one of two last; or make it a boolean or a category`,
    ];
  }
  if (type === "category" && (values === undefined || values.length < 2)) {
    const found = values ? `has ${counted(values.length, "value")}` : "names no values";
    return [
      `a classification tells two or more classes apart; the target "${name}" ${found}. List them as its values, the positive class of two last`,
    ];
  }
  // A model has inputs and outputs by name, and no name twice.
  const outputs = new Set(probabilityNames(classNames(target)));
  return columns
    .filter((column) => outputs.has(column.name))
    .map((column) => `the column name "${column.name}" is reserved: it is that of a class's probability`);
}

function gateFaults({ columns, task, gate }: Definition): string[] {
  const faults: string[] = [];
  const target = columns.find((column) => column.role === "target");
  const classes = task === "classification" && target ? classNames(target).length : undefined;
  const fitting = metricNamesOf(task, classes);
  for (const metric of [gate.metric, ...gate.floors.map((floor) => floor.metric)]) {
    if (metrics[metric].task !== task) faults.push(`the metric "${metric}" is not one of a ${task}`);
    else if (!fitting.includes(metric)) {
      faults.push(`the metric "${metric}" is not one of ${classes} classes; use ${fitting.join(", ")}`);
    }
  }
  for (const floor of gate.floors) {
    const { better } = metrics[floor.metric];
    const [right, wrong] = better === "higher" ? (["min", "max"] as const) : (["max", "min"] as const);
    if (floor[right] === undefined || floor[wrong] !== undefined) {
      faults.push(`the floor for "${floor.metric}" needs ${right} (${better} is better) and nothing else`);
    }
  }
  return [...faults, ...sliceFaults(gate.slices, columns)];
}

function checkFaults({ columns, checks }: Definition): string[] {
  const unknown = checks.mayMove.filter((name) => !columns.some((column) => column.name === name));
  return unknown.map((name) => `"${name}" in checks.mayMove is not among the columns`);
}

function cardFaults({ columns, card }: Definition): string[] {
  return cardSliceFaults(card?.slices ?? [], columns);
}

function canaryFaults({ canary: { weights } }: Definition): string[] {
  const rising = weights.every((weight, index) => index === 0 || weight > (weights[index - 1] ?? 0));
  return rising ? [] : [`canary weights ${weights.join(", ")} do not rise`];
}

/** The definition of a model: what `models/<name>/model.ts` exports. */
export const modelDefinitionSchema = definitionShape.superRefine((definition, context) => {
  for (const faultsOf of [
    columnFaults,
    roleFaults,
    taskFaults,
    checkFaults,
    splitFaults,
    gateFaults,
    canaryFaults,
    cardFaults,
  ]) {
    for (const message of faultsOf(definition)) context.addIssue({ code: "custom", message });
  }
});

/** What a data scientist writes; defaults may be left out. */
export type ModelDefinitionInput = z.input<typeof modelDefinitionSchema>;
/** A checked definition with every default filled in. */
export type ModelDefinition = z.output<typeof modelDefinitionSchema>;
export type ColumnDefinition = ModelDefinition["columns"][number];
export type DataFormat = ModelDefinition["format"];
export type GateRule = ModelDefinition["gate"];
export type CanaryRule = ModelDefinition["canary"];
export type DriftRule = ModelDefinition["drift"];
export type ServingLimits = ModelDefinition["serving"];
export type Task = ModelDefinition["task"];

/** Checks a definition; every fault is in the one message of the error. `origin` names the file in it. */
export function parseModelDefinition(value: unknown, origin: string): ModelDefinition {
  const result = modelDefinitionSchema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.map(
    ({ path, message }) => `  - ${path.length > 0 ? `${path.join(".")}: ` : ""}${message}`,
  );
  throw new PlatformError(
    "DEFINITION_INVALID",
    `${origin} is not a valid model definition. Correct:\n${faults.join("\n")}`,
  );
}

export function targetOf(definition: Pick<ModelDefinition, "columns">): ColumnDefinition {
  const target = definition.columns.find((column) => column.role === "target");
  if (!target) {
    throw new PlatformError(
      "DEFINITION_INVALID",
      'The definition has no target column. One is needed. Give a column the role "target".',
    );
  }
  return target;
}

export function featuresOf(definition: Pick<ModelDefinition, "columns">): ColumnDefinition[] {
  return definition.columns.filter((column) => column.role === "feature");
}
