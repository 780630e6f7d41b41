import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadData } from "../../../platform/data/source";
import { splitData } from "../../../platform/data/split/split";
import { decideSplitRule } from "../../../platform/data/split/split-rule";
import type { ModelDefinition, ModelDefinitionInput } from "../../../platform/definition/definition";
import { digestOf, listFiles } from "../../../platform/base/files";
import {
  modelFiles,
  readGoldenRows,
  readLineage,
  readModelMetadata,
  readModelMetrics,
  readReference,
} from "../../../platform/model/model-directory";
import { OnnxModel } from "../../../platform/onnx/onnx-model";
import { signatureOf } from "../../../platform/model/signature";
import { openEngine } from "../../../platform/sql/open-engine";
import { featureTable } from "../../../platform/model/table";
import { markdownText } from "../../../training/directory/markdown-text";
import { train, type TrainedModel } from "../../../training/directory/train";
import type { TrainingRequest } from "../../../training/directory/training-request";
import { modelsFolder, shippedDefinition } from "../shipped-data";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "train-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Loads, splits and trains a shipped model as a run does, on an engine of its own. */
async function trainShipped(
  definition: ModelDefinition,
  outputDirectory: string,
  changes: Partial<TrainingRequest> = {},
): Promise<TrainedModel> {
  const engine = await openEngine();
  try {
    const modelFolder = path.join(modelsFolder, definition.name);
    const source = await loadData(engine, definition, path.join(modelFolder, "data.csv"));
    const split = decideSplitRule(definition, source.header);
    await splitData({ engine, definition, source }, split);
    return await train({
      split,
      engine,
      definition,
      source,
      outputDirectory,
      run: "run-1",
      now: new Date("2026-11-21T10:20:30.456Z"),
      code: { commit: "abc123", dirty: false },
      commandDirectory: modelFolder,
      ...changes,
    });
  } finally {
    await engine.close();
  }
}

describe.each(["diabetes", "titanic"] as const)("the model directory of %s", (name) => {
  const definition = shippedDefinition(name);
  let directory = "";
  let trained: TrainedModel;

  beforeAll(async () => {
    directory = path.join(folder, name);
    trained = await trainShipped(definition, directory);
  });

  test("holds every file of a model directory and nothing else", async () => {
    expect(await listFiles(directory)).toEqual(Object.values(modelFiles).sort());
  });

  test("says what the model takes, and who trained it", async () => {
    expect(await readModelMetadata(directory)).toEqual({
      name,
      run: "run-1",
      signature: signatureOf(definition),
    });
  });

  test("has golden rows that the loaded model reproduces", async () => {
    const golden = await readGoldenRows(directory);
    expect(golden.rows).toHaveLength(8);
    const model = await OnnxModel.load(directory);
    const { prediction, probability } = await model.predict(featureTable(model.signature, golden.rows));
    await model.close();
    const differences = [
      ...golden.predictions.map((value, row) => Number(value) - Number(prediction[row])),
      ...(golden.probabilities ?? []).map((value, row) => Number(value) - (probability?.[row] ?? NaN)),
    ];
    expect(Math.max(...differences.map(Math.abs))).toBeLessThan(1e-10);
    expect(golden.probabilities === undefined).toBe(name === "diabetes");
  });

  test("has the metrics and row counts of both sides of the split", async () => {
    const metrics = await readModelMetrics(directory);
    expect(metrics).toEqual(trained.metrics);
    const { data } = await readLineage(directory);
    expect([metrics.training.rows, metrics.heldOut.rows]).toEqual([data.trainingRows, data.heldOutRows]);
    expect(data.trainingRows + data.heldOutRows).toBe(name === "diabetes" ? 442 : 1309);
    expect(Object.keys(metrics.heldOut.metrics)).toContain(definition.gate.metric);
  });

  test("profiles the training rows, and the predictions for the held-out ones", async () => {
    const reference = await readReference(directory);
    const { rows } = trained.metrics.training;
    const heldOut = trained.metrics.heldOut.rows;
    expect(Object.keys(reference.columns)).toEqual(definition.columns.map((column) => column.name));
    Object.values(reference.columns).forEach(({ count, missing }) => expect(count + missing).toBe(rows));
    expect(reference).toMatchObject({ rows, prediction: { count: heldOut, missing: 0 } });
  });

  test("records its lineage, without a path of the machine", async () => {
    const lineage = await readLineage(directory);
    expect(lineage).toMatchObject({
      model: name,
      run: "run-1",
      createdAt: "2026-11-21T10:20:30.456Z",
      data: { source: "data.csv" },
      code: { commit: "abc123", dirty: false },
      parameters: definition.trainer,
      seed: 1,
      tools: { node: process.versions.node, platform: "0.1.0" },
    });
    expect(lineage).not.toHaveProperty("champion");
    for (const file of await listFiles(directory)) {
      expect(await readFile(path.join(directory, file), "latin1")).not.toContain(folder);
    }
  });

  test("is the same bit for bit when the data is loaded and trained on again", async () => {
    const again = await trainShipped(definition, path.join(folder, `${name}-again`), {
      run: "run-2",
      now: new Date("2027-01-01T00:00:00Z"),
      champion: `${name}:1`,
      parentRun: "run-1",
    });
    expect(again.onnxDigest).toBe(trained.onnxDigest);
    expect(again.metrics).toEqual(trained.metrics);
    expect(again.lineage).toMatchObject({ champion: `${name}:1`, parentRun: "run-1" });
  });

  test("has a model card with its columns, metrics and coefficients", async () => {
    const card = await readFile(path.join(directory, modelFiles.card), "utf8");
    expect(card).toMatch(new RegExp(`^---\nlibrary_name: onnx\npipeline_tag: tabular-${definition.task}\n`));
    for (const { name: column } of definition.columns) expect(card).toContain(`| ${column}`);
    const headings = [...card.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual([
      "Model details",
      "Intended use",
      "Factors",
      "Metrics",
      "Evaluation data",
      "Training data",
      "Quantitative analyses",
      "Ethical considerations",
      "Limits and recommendations",
      "Energy",
      "Coefficients",
      "Lineage",
    ]);
    const slices = trained.metrics.heldOut.slices ?? [];
    expect(slices.length).toBeGreaterThan(1);
    for (const { value } of slices) expect(card).toContain(`| ${markdownText(value)} |`);
    expect(card).toMatch(/Training took [\d.]+ s of processor time\./);
  });
});

test("a threshold is chosen without the held-out rows, and travels with the model", async () => {
  const definition = shippedDefinition("titanic", { threshold: { falsePositive: 1, falseNegative: 4 } });
  const directory = path.join(folder, "threshold");
  const { metrics, lineage } = await trainShipped(definition, directory);
  const { signature } = await readModelMetadata(directory);
  const { threshold = NaN } = signature.target;
  expect(threshold).toBeLessThan(0.4);
  expect(lineage.chosen).toEqual({ threshold });
  expect(await readFile(path.join(directory, modelFiles.card), "utf8")).toMatch(
    /predicted above a probability of 0\.\d+, which was chosen on training rows that the model had not seen/,
  );
  const usual = await trainShipped(shippedDefinition("titanic"), path.join(folder, "without"));
  const [chosen, plain] = [metrics.heldOut.metrics, usual.metrics.heldOut.metrics];
  // Ranks and probabilities are the same; more rows are called positive.
  expect([chosen.auc, chosen.logLoss]).toEqual([plain.auc, plain.logLoss]);
  expect(chosen.recall).toBeGreaterThan(plain.recall ?? NaN);
  expect(chosen.precision).toBeLessThan(plain.precision ?? NaN);
});

test.each<[string, ModelDefinitionInput["trainer"]]>([
  ["ridge", { kind: "ridge", alpha: 1, targetTransform: "log" }],
  // Of each fold's rows an alpha is chosen on folds of these.
  ["ridge with an alpha of its own", { kind: "ridge", alpha: "auto", targetTransform: "log" }],
  ["boosted-trees", { kind: "boosted-trees", maxTrees: 20, loss: "gamma" }],
])("intervals of %s are factors where a logarithm is fitted", async (name, trainer) => {
  const definition = shippedDefinition("diabetes", { trainer, intervals: { coverage: 0.8 } });
  const directory = path.join(folder, `factors of ${name}`);
  const { metrics, lineage } = await trainShipped(definition, directory);
  const { interval } = (await readModelMetadata(directory)).signature.target;
  expect(interval).toEqual({ coverage: 0.8, factor: lineage.chosen?.intervalFactor });
  expect(Math.abs((metrics.heldOut.covered ?? NaN) - 0.8)).toBeLessThan(0.09);
  expect(await readFile(path.join(directory, modelFiles.card), "utf8")).toMatch(
    /An interval from a prediction divided by [\d.]+ to one multiplied by it is to hold 80 % of the targets/,
  );
});

test.each<ModelDefinitionInput["trainer"]>([
  { kind: "ridge", alpha: 1 },
  { kind: "boosted-trees", maxTrees: 20 },
])(
  "intervals of $kind are measured on training rows that models had not seen, and hold about as many held-out ones",
  async (trainer) => {
    const definition = shippedDefinition("diabetes", { trainer, intervals: { coverage: 0.8 } });
    const directory = path.join(folder, `intervals-${trainer.kind}`);
    const { metrics, lineage, onnxDigest } = await trainShipped(definition, directory);
    const { interval } = (await readModelMetadata(directory)).signature.target;
    expect(interval).toEqual({ coverage: 0.8, margin: lineage.chosen?.intervalMargin });
    // Of 80 rows; two standard errors.
    expect(Math.abs((metrics.heldOut.covered ?? NaN) - 0.8)).toBeLessThan(0.09);
    expect(await readFile(path.join(directory, modelFiles.card), "utf8")).toMatch(
      /An interval of [\d.]+ to either side of a prediction is to hold 80 % of the targets; of the held-out ones it holds [\d.]+ %/,
    );
    const plain = await trainShipped(
      shippedDefinition("diabetes", { trainer }),
      path.join(folder, `no-intervals-${trainer.kind}`),
    );
    expect(plain.onnxDigest).toBe(onnxDigest);
    const { covered, ...withoutIntervals } = metrics.heldOut;
    expect(covered).toBeDefined();
    expect(plain.metrics.heldOut).toEqual(withoutIntervals);
  },
);

test("other data gives another model", async () => {
  const definition = shippedDefinition("diabetes", { split: { testFraction: 0.2, seed: 2 } });
  const other = await trainShipped(definition, path.join(folder, "other"));
  const first = await trainShipped(shippedDefinition("diabetes"), path.join(folder, "first"));
  expect(other.onnxDigest).not.toBe(first.onnxDigest);
});

describe("training that fails leaves nothing behind", () => {
  const diabetes = shippedDefinition("diabetes");
  const withFeature = (name: string): ModelDefinition =>
    shippedDefinition("diabetes", {
      columns: [...diabetes.columns, { name, type: "number" }] as ModelDefinitionInput["columns"],
    });

  test.each<[string, ModelDefinition, Partial<TrainingRequest>, string, string]>([
    [
      "when it is interrupted",
      diabetes,
      { signal: AbortSignal.abort() },
      "INTERRUPTED",
      "Training was interrupted. Nothing was kept.",
    ],
    [
      "when the file has changed since it was read",
      diabetes,
      {
        source: {
          file: path.join(modelsFolder, "diabetes", "data.csv"),
          digest: digestOf("data"),
          rows: 442,
          header: [],
          stamp: "another time",
        },
      },
      "CONFLICT",
      "has changed since it was read",
    ],
    ["when a column has no values", withFeature("bmx"), {}, "TRAINING_FAILED", 'column "bmx" is missing in'],
  ])("%s", async (_, definition, changes, code, message) => {
    const parent = await mkdtemp(path.join(folder, "failed-"));
    const outcome = trainShipped(definition, path.join(parent, "model"), changes);
    await expect(outcome).rejects.toThrow(message);
    await expect(outcome).rejects.toMatchObject({ code });
    expect(await readdir(parent)).toEqual([]);
  });

  test("when the model directory is there already, which stays as it is", async () => {
    const directory = path.join(folder, "taken");
    await mkdir(directory);
    await expect(trainShipped(diabetes, directory)).rejects.toThrow(`${directory} is there already.`);
    expect(existsSync(directory)).toBe(true);
    expect(await readdir(directory)).toEqual([]);
  });
});
