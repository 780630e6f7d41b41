import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { computeMetrics } from "../../platform/metrics/compute-metrics";
import { classNames } from "../../platform/definition/class-names";
import {
  featuresOf,
  targetOf,
  type ColumnDefinition,
  type ModelDefinition,
} from "../../platform/definition/definition";
import { PlatformError, explainStorageError, systemErrorCode } from "../../platform/base/errors";
import { digestOfFile, fileExists, type Digest } from "../../platform/base/files";
import { requireUnchanged } from "../../platform/data/unchanged";
import { modelFiles, type Lineage, type ModelMetrics } from "../../platform/model/model-directory";
import type { ColumnProfile, Profile } from "../../platform/drift/profile";
import { chanceOfLikeRows } from "../../platform/drift/like-rows";
import { areFew, NumberBins, NumberDescriptions } from "../../platform/drift/profile-numbers";
import { countTable, describeTable } from "../../platform/drift/profile-table";
import { profileNumbers, profileTexts } from "../../platform/drift/profile-values";
import { labelsOf } from "../../platform/metrics/class-labels";
import type { ScoredRows } from "../../platform/metrics/evaluation";
import { coverageOf } from "../../platform/metrics/coverage";
import type { Signature } from "../../platform/model/signature";
import { OnnxModel } from "../../platform/onnx/onnx-model";
import { foldMaker } from "../inputs/folds";
import { analyseHeldOut } from "../evaluation/analyse-held-out";
import { fitCandidate } from "../candidate/fit-candidate";
import { programOf } from "../trainers/trainers";
import { makeGoldenRows } from "./golden";
import { makeLineage } from "./lineage";
import type { FittedParameters } from "../trainers/trainer";
import { writeModelFiles } from "./model-files";
import { scoreSides } from "../evaluation/score-sides";
import { rowsOf, scoreRows, scoreLinearRows } from "../evaluation/score-rows";
import type { TrainingRequest } from "./training-request";

/** Folds by which a trainer chooses a setting by itself. */
const usualFolds = 5;

export interface TrainedModel {
  readonly directory: string;
  /** Of `model.onnx`: the same for the same data, definition and tools. */
  readonly onnxDigest: Digest;
  readonly metrics: ModelMetrics;
  readonly lineage: Lineage;
  /** What a person should know of how it was fitted: whole sentences. */
  readonly warnings: readonly string[];
}

/**
 * Trains on the rows of the table `data` that are not held out, and writes the model directory. It appears whole
 * or not at all. Bit for bit the same `model.onnx` for equal rows in equal order on an engine with one thread.
 */
export async function train(request: TrainingRequest): Promise<TrainedModel> {
  const { outputDirectory } = request;
  if (await fileExists(outputDirectory)) throw alreadyThere(outputDirectory);
  const staging = `${outputDirectory}.${process.pid}-${randomUUID().slice(0, 8)}.tmp`;
  try {
    await mkdir(staging, { recursive: true });
    const trained = await trainInto(request, staging);
    await requireUnchanged(request.source);
    await rename(staging, outputDirectory);
    return { directory: outputDirectory, ...trained };
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    if (["ENOTEMPTY", "EEXIST"].includes(systemErrorCode(error) ?? "")) throw alreadyThere(outputDirectory);
    throw explainStorageError(error, outputDirectory);
  }
}

function alreadyThere(directory: string): PlatformError {
  return new PlatformError(
    "CONFLICT",
    `${directory} is there already. A model directory is written once. Choose another folder, or remove it.`,
  );
}

function checkNotAborted({ signal }: TrainingRequest): void {
  if (!signal?.aborted) return;
  throw new PlatformError(
    "INTERRUPTED",
    "Training was interrupted. Nothing was kept. Start it again when you like.",
  );
}

async function trainInto(
  request: TrainingRequest,
  directory: string,
): Promise<Omit<TrainedModel, "directory">> {
  const { definition } = request;
  const cpu = process.cpuUsage();
  checkNotAborted(request);
  const file = path.join(directory, modelFiles.onnx);
  // Before it runs: who edits it meanwhile changes what the next run is made with.
  const program = await programOf(request);
  const beside = await describingBeside(request);
  const {
    onnx,
    chosen,
    warnings = [],
    signature,
    ...fitted
  } = await fitCandidate({
    ...request,
    from: rowsOf("training"),
    beside,
    folds: foldMaker(request, request.split, { count: usualFolds, seed: definition.split.seed }),
    workDirectory: `${directory}.work`,
  });
  await writeFile(file, onnx);
  checkNotAborted(request);
  const model = await OnnxModel.open(file, signature);
  try {
    return {
      ...(await describeModel(request, { directory, model, fitted, program, chosen, cpu, beside })),
      warnings,
    };
  } finally {
    await model.close();
  }
}

/** Measures the model and writes what a model directory has besides `model.onnx`. */
async function describeModel(
  request: TrainingRequest,
  {
    directory,
    model,
    fitted,
    program,
    chosen,
    cpu,
    beside,
  }: {
    directory: string;
    model: OnnxModel;
    fitted: FittedParameters;
    program: Lineage["program"] | undefined;
    chosen: Lineage["chosen"] | undefined;
    /** When training began. */
    cpu: NodeJS.CpuUsage;
    beside: NumberDescriptions | undefined;
  },
): Promise<Omit<TrainedModel, "directory" | "warnings">> {
  const { engine, definition } = request;
  const golden = await makeGoldenRows(engine, definition, { model, ...fitted });
  const linear = fitted.linear ?? fitted.multinomial;
  const score = (side: "training" | "held-out") => {
    const from = rowsOf(side);
    return linear
      ? scoreLinearRows(engine, definition, { linear, from })
      : scoreRows(engine, definition, { model, from });
  };
  const described = await describeTable(engine, rowsOf("training"), profiledOf(definition), {
    described: beside?.isWhole ? beside.described() : undefined,
  });
  checkNotAborted(request);
  const bins = new NumberBins(described.numbers);
  const both = fitted.linear && (await scoreSides(engine, definition, { linear: fitted.linear, bins }));
  // Of the training rows nothing but the metrics is kept: they take the most memory.
  const training = both?.training ?? measured(model.signature, await score("training"));
  checkNotAborted(request);
  const heldOut = both?.heldOut ?? (await score("held-out"));
  checkNotAborted(request);
  const analysis = await analyseHeldOut(engine, definition, heldOut);
  const metrics: ModelMetrics = {
    heldOut: { ...measured(model.signature, heldOut), ...analysis },
    training,
  };
  const rows = { training: training.rows, heldOut: metrics.heldOut.rows };
  const profiled = featuresOf(definition).filter(({ personal }) => !personal);
  const reference: Profile = {
    rows: rows.training,
    columns: await countTable(engine, described, both && bins.profiles()),
    // What a model says of rows that it was fitted on is not what it will say of new ones.
    prediction: profilePredictions(definition, heldOut),
    ...(profiled.some(({ type }) => type !== "date") && {
      likeRows: await chanceOfLikeRows(
        engine,
        rowsOf("training"),
        profiled.filter(({ type }) => type !== "date").map(({ name }) => name),
      ),
    }),
  };
  const { user, system } = process.cpuUsage(cpu);
  const cpuSeconds = Math.round((user + system) / 10_000) / 100;
  const lineage = await makeLineage(request, { ...rows, program, chosen, cpuSeconds });
  const onnxDigest = await digestOfFile(path.join(directory, modelFiles.onnx));
  const { signature } = model;
  await writeModelFiles(directory, {
    definition,
    signature,
    onnxDigest,
    golden,
    metrics,
    reference,
    lineage,
    linear,
  });
  return { onnxDigest, metrics, lineage };
}

/** What is profiled. A profile has least and greatest values and names of categories; that of a personal column stays with its data. */
function profiledOf(definition: ModelDefinition): ColumnDefinition[] {
  return [...featuresOf(definition).filter(({ personal }) => !personal), targetOf(definition)];
}

/** What describes the training rows while a trainer reads them, where that is done in one scan and without other columns. */
async function describingBeside({
  engine,
  definition,
}: TrainingRequest): Promise<NumberDescriptions | undefined> {
  const profiled = profiledOf(definition);
  const names = profiled.filter(({ type }) => type === "number").map(({ name }) => name);
  if (names.length === 0 || !areFew(names) || profiled.some(({ type }) => type === "date")) return undefined;
  return new NumberDescriptions(rowsOf("training"), names, await engine.count(rowsOf("training")));
}

function measured({ task, target }: Signature, rows: ScoredRows): ModelMetrics["heldOut"] {
  const { interval } = target;
  return {
    rows: rows.actual.length,
    metrics: computeMetrics(task, rows),
    ...(interval && { covered: coverageOf(rows, interval) }),
  };
}

/** What is predicted for rows: numbers, the probabilities of the positive class of two, or the classes of more. */
function profilePredictions(definition: ModelDefinition, rows: ScoredRows): ColumnProfile {
  if (rows.classes === undefined) return profileNumbers(rows.predicted);
  const classes = classNames(targetOf(definition));
  return profileTexts(Array.from(labelsOf(rows), (label) => String(classes[label])));
}
