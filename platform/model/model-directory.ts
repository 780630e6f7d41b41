import { predictionIntervalSchema } from "../metrics/prediction-interval";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { PlatformError, systemErrorCode } from "../base/errors";
import { datePartSchema } from "../definition/date-parts";
import { numberPartSchema } from "../definition/number-parts";
import { formatSchema } from "../definition/format-schema";
import { metricNames } from "../definition/metric-names";
import { intervalSchema, metricsSchema as metricValuesSchema } from "../metrics/evaluation";
import { splitRuleSchema } from "../data/split/split-rule";
import type { Profile } from "../drift/profile";
import { isotonicSchema } from "./isotonic-calibration";
import type { Signature } from "./signature";
import { targetTransformSchema } from "./target-transform";
import { digestSchema, faultsOf } from "../base/stored-record";

/** Names of the files in a model directory. */
export const modelFiles = {
  mlmodel: "MLmodel",
  onnx: "model.onnx",
  requirements: "requirements.txt",
  conda: "conda.yaml",
  pythonEnv: "python_env.yaml",
  inputExample: "input_example.json",
  golden: "golden.json",
  metrics: "metrics.json",
  reference: "reference.json",
  lineage: "lineage.json",
  card: "README.md",
} as const;

const count = z.number().int().min(0);
const modelValue = z.union([z.number(), z.string()]);

const columnSchema = z.object({
  name: z.string().min(1),
  type: z.enum(["number", "category", "boolean", "date"]),
  nullable: z.boolean(),
  values: z.array(z.string()).exactOptional(),
  encoding: z.literal("rank").exactOptional(),
  range: z.tuple([z.number(), z.number()]).exactOptional(),
  parts: z.array(datePartSchema).exactOptional(),
  also: z.array(numberPartSchema).exactOptional(),
  outside: z.enum(["refuse", "warn"]).exactOptional(),
  personal: z.literal(true).exactOptional(),
  unit: z.string().exactOptional(),
  description: z.string().exactOptional(),
});

const signatureSchema = z.object({
  task: z.enum(["regression", "classification"]),
  inputs: z.array(columnSchema).min(1),
  format: formatSchema.exactOptional(),
  target: z.object({
    name: z.string().min(1),
    unit: z.string().exactOptional(),
    classes: z.tuple([modelValue, modelValue], modelValue).exactOptional(),
    threshold: z.number().min(0).max(1).exactOptional(),
    calibration: isotonicSchema.exactOptional(),
    transform: targetTransformSchema.exactOptional(),
    interval: predictionIntervalSchema.exactOptional(),
  }),
});

const metadataSchema = z.object({
  name: z.string().min(1),
  run: z.string().min(1),
  signature: signatureSchema,
});

/** What the platform keeps in `MLmodel`, under `metadata.mlops`. */
export interface ModelMetadata {
  /** Name of the model. */
  readonly name: string;
  /** Id of the run that trained it. */
  readonly run: string;
  readonly signature: Signature;
}

const goldenSchema = z
  .object({
    rows: z.array(z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()]))).min(1),
    predictions: z.array(modelValue),
    probabilities: z.array(z.union([z.number(), z.array(z.number())])).exactOptional(),
    tolerance: z.number().positive(),
  })
  .refine(
    ({ rows, predictions, probabilities = predictions }) =>
      predictions.length === rows.length && probabilities.length === rows.length,
    "rows, predictions and probabilities differ in number",
  );

/** `golden.json`: held-out rows with the predictions the model gave when it was trained. */
export interface GoldenRows {
  /** By feature name; null = missing. */
  readonly rows: readonly Readonly<Record<string, number | string | boolean | null>>[];
  readonly predictions: readonly (number | string)[];
  /** Classification: probability of the positive class of two, 0..1; else those of all classes, in their order. */
  readonly probabilities?: readonly (number | readonly number[])[];
  /** Largest difference allowed, relative to the greater of 1 and the value. */
  readonly tolerance: number;
}

const measuredSchema = z.object({
  rows: count,
  metrics: metricValuesSchema,
  /** Bootstrap intervals of the metrics that the gate decides by. */
  intervals: z.partialRecord(z.enum(metricNames), intervalSchema).exactOptional(),
  /** The gate's metric by groups of rows; absent where it cannot be computed. */
  slices: z
    .array(
      z.object({
        column: z.string(),
        value: z.string(),
        rows: count,
        metric: z.number().exactOptional(),
        interval: intervalSchema.exactOptional(),
      }),
    )
    .exactOptional(),
  /** Share of the rows whose target is within the model's interval, 0..1. */
  covered: z.number().min(0).max(1).exactOptional(),
});
const metricsSchema = z.object({ heldOut: measuredSchema, training: measuredSchema });

/** `metrics.json`: what was measured when the model was trained. */
export type ModelMetrics = Readonly<z.output<typeof metricsSchema>>;

/** Not `z.record`, which leaves out the key `__proto__`: any text may be a category. */
const countsByText = z.custom<Record<string, number>>(
  (value) =>
    typeof value === "object" && value !== null && z.array(count).safeParse(Object.values(value)).success,
  "expected counts by text",
);

const profileColumnSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("number"),
    date: z.object({ column: z.string(), part: datePartSchema }).exactOptional(),
    count,
    missing: count,
    mean: z.number().exactOptional(),
    standardDeviation: z.number().min(0).exactOptional(),
    min: z.number().exactOptional(),
    max: z.number().exactOptional(),
    whole: z.literal(true).exactOptional(),
    edges: z.array(z.number()),
    counts: z.array(count),
  }),
  z.object({
    type: z.literal("category"),
    count,
    missing: count,
    values: countsByText,
    other: count,
    seen: z.array(z.string()).exactOptional(),
    unseen: count.exactOptional(),
  }),
]);
const profileSchema = z.object({
  rows: count,
  columns: z.record(z.string(), profileColumnSchema),
  prediction: profileColumnSchema.exactOptional(),
  likeRows: z.number().min(0).max(1).exactOptional(),
});

const commitSchema = z.object({
  commit: z.string().exactOptional(),
  /** Whether what ran differed from the commit. */
  dirty: z.boolean().exactOptional(),
  /** Files among it that git did not know. */
  untracked: z.array(z.string()).readonly().exactOptional(),
});

const fileDigestsSchema = z.array(z.object({ path: z.string(), digest: digestSchema }));

const lineageSchema = z.object({
  model: z.string(),
  run: z.string(),
  createdAt: z.string(),
  data: z.object({
    /** Name of the file or folder, without its path. */
    source: z.string(),
    /** Of the data, and the name of its version: \`mlops data restore\` brings it back. */
    digest: digestSchema,
    rows: count,
    trainingRows: count,
    heldOutRows: count,
  }),
  /** How its rows were put on a side; what earlier versions of the program trained lacks it. */
  split: splitRuleSchema.exactOptional(),
  code: commitSchema.extend({
    /** Of the model's own repository, where it lies outside of the program's; empty when it lies in none. */
    model: commitSchema.exactOptional(),
  }),
  definitionDigest: digestSchema,
  /** The trainer and its settings, as in the definition. */
  parameters: z.looseObject({ kind: z.string() }),
  /** Settings that the trainer has chosen by itself. */
  chosen: z.record(z.string(), z.number()).exactOptional(),
  /** The trainer's program: its files and package lists, by paths from the model's folder, and one digest for all. */
  program: z
    .object({
      digest: digestSchema,
      files: fileDigestsSchema,
      packages: fileDigestsSchema,
      /** The environment that it ran in: Python's version, all packages with theirs, and one digest for all. */
      environment: z
        .object({ digest: digestSchema, python: z.string(), packages: z.array(z.string()) })
        .exactOptional(),
    })
    .exactOptional(),
  seed: z.number().int(),
  /** Processor time of the training's own process, in seconds; absent where a program of its own has trained it. */
  cpuSeconds: z.number().min(0).exactOptional(),
  parentRun: z.string().exactOptional(),
  /** Champion it was compared with: `name:version`. */
  champion: z.string().exactOptional(),
  /** Versions of what it was made with, by name. */
  tools: z.record(z.string(), z.string()),
});

/** `lineage.json`: what a model was made from, and with what. */
export type Lineage = Readonly<z.output<typeof lineageSchema>>;

async function readText(directory: string, name: string): Promise<string> {
  try {
    return await readFile(path.join(directory, name), "utf8");
  } catch (error) {
    if (!["ENOENT", "ENOTDIR", "EISDIR"].includes(systemErrorCode(error) ?? "")) throw error;
    throw new PlatformError(
      "MODEL_INVALID",
      `${path.join(directory, name)} does not exist. A model directory has that file. Train again, or restore the directory.`,
      { cause: error },
    );
  }
}

function invalid(directory: string, name: string, faults: readonly string[], cause: unknown): PlatformError {
  return new PlatformError(
    "MODEL_INVALID",
    `${path.join(directory, name)} is corrupt: ${faults.join("; ")}. Train again, or restore the file.`,
    { cause },
  );
}

function check<T>(schema: z.ZodType<T>, value: unknown, directory: string, name: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw invalid(directory, name, faultsOf(result.error), result.error);
}

async function readJson<T>(schema: z.ZodType<T>, directory: string, name: string): Promise<T> {
  const text = await readText(directory, name);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid(directory, name, ["it is not JSON"], cause);
  }
  return check(schema, value, directory, name);
}

/** Name, run and signature of the model in a model directory. */
export async function readModelMetadata(modelDirectory: string): Promise<ModelMetadata> {
  const text = await readText(modelDirectory, modelFiles.mlmodel);
  // Loaded on use: the other files need no YAML.
  const { parse } = require("yaml") as typeof import("yaml");
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    throw invalid(modelDirectory, modelFiles.mlmodel, ["it is not YAML"], cause);
  }
  const schema = z.object({ metadata: z.object({ mlops: metadataSchema }) });
  return check(schema, value, modelDirectory, modelFiles.mlmodel).metadata.mlops;
}

export async function readGoldenRows(modelDirectory: string): Promise<GoldenRows> {
  return readJson(goldenSchema, modelDirectory, modelFiles.golden);
}

export async function readModelMetrics(modelDirectory: string): Promise<ModelMetrics> {
  return readJson(metricsSchema, modelDirectory, modelFiles.metrics);
}

export async function readReference(modelDirectory: string): Promise<Profile> {
  return readJson(profileSchema, modelDirectory, modelFiles.reference);
}

export async function readLineage(modelDirectory: string): Promise<Lineage> {
  return readJson(lineageSchema, modelDirectory, modelFiles.lineage);
}
