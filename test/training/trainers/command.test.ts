import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ModelDefinition, ModelDefinitionInput } from "../../../platform/definition/definition";
import { digestOf, digestOfFile } from "../../../platform/base/files";
import { readGoldenRows, readLineage } from "../../../platform/model/model-directory";
import type { SqlEngine } from "../../../platform/sql/engine";
import { identifier, literal } from "../../../platform/sql/engine";
import { openEngine } from "../../../platform/sql/open-engine";
import { signatureOf } from "../../../platform/model/signature";
import { elementTypes } from "../../../platform/onnx/onnx-messages";
import { OnnxModel } from "../../../platform/onnx/onnx-model";
import { loadScoringModel } from "../../../scoring/model/load-model";
import { OnnxGraph } from "../../../training/onnx/onnx-graph";
import { fitLinearModel } from "./fit-linear-model";
import { toOnnx } from "../../../training/onnx/linear-graph";
import { fitModel } from "../../../training/trainers/trainers";
import { definitionOf } from "./rows";
import { train, type TrainedModel } from "../../../training/directory/train";
import type { TrainingRequest } from "../../../training/directory/training-request";
import { openShippedData, shippedDefinition, splitOf } from "../shipped-data";

const fixtures = path.join(__dirname, "fixtures");
let folder = "";
let engine: SqlEngine;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "command-"));
  engine = await openShippedData(shippedDefinition("diabetes"));
});

afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

function commandDefinition(
  mode: string,
  { extra = "-", ...changes }: { extra?: string; timeoutMinutes?: number } = {},
): ModelDefinition {
  const run = [process.execPath, "trainer.js", mode, "{data}", "{output}", extra];
  const trainer: ModelDefinitionInput["trainer"] = { kind: "command", run, ...changes };
  return shippedDefinition("diabetes", { trainer });
}

async function trainBy(
  definition: ModelDefinition,
  parent: string,
  changes: Partial<TrainingRequest> = {},
): Promise<TrainedModel> {
  return train({
    engine,
    definition,
    split: splitOf(definition),
    source: { file: "data.csv", digest: digestOf("data"), rows: 442, header: [] },
    outputDirectory: path.join(parent, "model"),
    run: "run-1",
    now: new Date(0),
    code: {},
    commandDirectory: fixtures,
    ...changes,
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("It did not happen within ten seconds.");
}

test("a program in any language trains on the training rows alone, and all that follows is the same", async () => {
  const ready = path.join(folder, "ready.onnx");
  const linear = await fitLinearModel(engine, shippedDefinition("diabetes"), "data");
  await writeFile(ready, toOnnx(linear));
  const lines: string[] = [];
  const parent = await mkdtemp(path.join(folder, "good-"));
  const trained = await trainBy(commandDefinition("train", { extra: ready }), parent, {
    onOutput: (line) => lines.push(line),
  });
  expect(lines.sort()).toEqual([
    "columns: age, sex, bmi, bp, s1, s2, s3, s4, s5, s6, progression",
    "epoch 1 of 1",
    "files: definition.json, train.parquet",
  ]);
  const [counted] = await engine.rows(
    `SELECT count(*) AS n, count(*) FILTER (WHERE bmi IS NULL) AS missing FROM read_parquet(${literal(`${ready}.parquet`)})`,
  );
  expect(counted).toEqual({ n: 354, missing: 0 });
  expect(trained.metrics.heldOut.rows).toBe(88);
  expect(trained.metrics.heldOut.metrics.r2).toBeGreaterThan(0.4);
  const golden = await readGoldenRows(trained.directory);
  expect(golden.predictions).toHaveLength(8);
  const lineage = await readLineage(trained.directory);
  expect(lineage.parameters).toMatchObject({ kind: "command" });
  expect(lineage.program).toMatchObject({
    files: expect.arrayContaining([
      { path: "trainer.js", digest: await digestOfFile(path.join(fixtures, "trainer.js")) },
      { path: ready, digest: await digestOfFile(ready) },
    ]) as unknown,
    packages: [],
  });
  expect(await readdir(parent)).toEqual(["model"]);
});

test("a program that reads no Parquet gets the same rows as CSV", async () => {
  const odd = await openEngine();
  const columns: ModelDefinitionInput["columns"] = [
    { name: 'the "town", that is', type: "category", nullable: true },
    { name: "share", type: "number", nullable: true },
    { name: "flag", type: "boolean" },
    { name: "cost", type: "number", role: "target" },
  ];
  await odd.run(
    `CREATE TABLE data AS SELECT i AS _row, CASE WHEN i % 3 = 0 THEN 'a,"b' || chr(10) || 'c' END AS ${identifier(columns[0]?.name ?? "")}, CASE WHEN i % 2 = 0 THEN i / 3 END AS share, i > 2 AS flag, 1e22 * i AS cost FROM range(1, 5) AS t(i)`,
  );
  const model = path.join(folder, "csv.onnx");
  const run = [process.execPath, "trainer.js", "train", "{data}", "{output}", model];
  const definition = definitionOf(columns, { kind: "command", run, format: "csv" });
  const lines: string[] = [];
  const fitting = fitModel({
    ...{ engine: odd, definition, from: "data", commandDirectory: fixtures },
    workDirectory: path.join(folder, "csv-work"),
    onOutput: (line) => lines.push(line),
  });
  // There is no ready model that it could copy: what it was given is what this is about.
  await expect(fitting).rejects.toThrow(/ended with exit code 1/);
  await odd.close();
  expect(lines).toContain("files: definition.json, train.csv");
  expect(await readFile(`${model}.csv`, "utf8")).toBe(
    [
      '"the ""town"", that is",share,flag,cost',
      ",,false,1e+22",
      ",0.6666666666666666,false,2e+22",
      '"a,""b\nc",,true,3e+22',
      ",1.3333333333333333,true,4e+22",
      "",
    ].join("\n"),
  );
});

test("a model as converters write it is adapted, which is said among the program's lines", async () => {
  const definition = commandDefinition("train", { extra: path.join(folder, "rows.onnx") });
  const { inputs } = signatureOf(definition);
  const graph = new OnnxGraph("/");
  const matrix = graph.input("float_input", "float", ["N", inputs.length]);
  const bmi = graph.node("ArrayFeatureExtractor", { X: matrix, Y: graph.int64s([2], [1]) });
  graph.node("Cast", { input: bmi }, { attributes: { to: elementTypes.float }, output: "variable" });
  graph.output("variable", "float", ["N", 1]);
  await writeFile(path.join(folder, "rows.onnx"), graph.encode("converted"));
  const lines: string[] = [];
  const parent = await mkdtemp(path.join(folder, "converted-"));
  const { directory } = await trainBy(definition, parent, { onOutput: (line) => lines.push(line) });
  expect(lines).toContain(
    'model.onnx was adapted: "float_input" takes age, sex, bmi, bp, s1, s2, s3, s4, s5, s6, in this order; "variable" gives prediction.',
  );
  const golden = await readGoldenRows(directory);
  expect(golden.predictions).toEqual(golden.rows.map(({ bmi: value }) => Math.fround(Number(value))));
  const served = await loadScoringModel(directory);
  expect(served).toBeInstanceOf(OnnxModel);
  await served.close?.();
});

describe("a program that does not do its part is reported, and leaves nothing behind", () => {
  test.each<[string, () => Promise<ModelDefinition> | ModelDefinition, string, string]>([
    [
      "with its last lines when it fails",
      () => commandDefinition("fail"),
      "TRAINING_FAILED",
      `ended with exit code 3. Exit code 0 is expected. Correct the program. Its last output:\nline 11\n`,
    ],
    [
      "when it leaves no model",
      () => commandDefinition("nothing"),
      "TRAINING_FAILED",
      "left no model.onnx in its output folder. It has to write one. Pass it the folder as {output}",
    ],
    [
      "when its model is not one",
      () => commandDefinition("garbage"),
      "MODEL_INVALID",
      "model.onnx is not a model that onnxruntime can load",
    ],
    [
      "when its model takes other features",
      async () => {
        const other = shippedDefinition("diabetes", {
          columns: shippedDefinition("diabetes").columns.filter(({ name }) => name !== "bmi"),
        });
        const extra = path.join(folder, "other.onnx");
        await writeFile(extra, toOnnx(await fitLinearModel(engine, other, "data")));
        return commandDefinition("train", { extra });
      },
      "MODEL_INVALID",
      'model.onnx is not as its signature says: input "bmi" is missing.',
    ],
    [
      "when it is not there",
      () =>
        shippedDefinition("diabetes", { trainer: { kind: "command", run: ["no-such-program", "{data}"] } }),
      "TRAINING_FAILED",
      `The trainer's program "no-such-program" was not found.`,
    ],
  ])("%s", async (_, makeDefinition, code, message) => {
    const parent = await mkdtemp(path.join(folder, "bad-"));
    const outcome = trainBy(await makeDefinition(), parent);
    await expect(outcome).rejects.toThrow(message);
    await expect(outcome).rejects.toMatchObject({ code });
    expect(await readdir(parent)).toEqual([]);
  });
});

test.each<[string, "timeout" | "abort", string]>([
  [
    "that takes too long",
    "timeout",
    "ran for more than 0.02 minutes and was stopped. Raise the trainer's timeoutMinutes",
  ],
  ["that is interrupted", "abort", "Training was interrupted. Nothing was kept."],
])("a program %s is killed with its children", async (_, how, message) => {
  const parent = await mkdtemp(path.join(folder, "hang-"));
  const pids = path.join(folder, `${how}.pids`);
  const controller = new AbortController();
  const definition = commandDefinition("hang", {
    extra: pids,
    timeoutMinutes: how === "timeout" ? 0.02 : 60,
  });
  const outcome = trainBy(definition, parent, {
    signal: controller.signal,
    onOutput: (line) => {
      if (how === "abort" && line === "hanging") controller.abort();
    },
  });
  await expect(outcome).rejects.toThrow(message);
  // On a busy machine the time may be up before the program has got as far as to name its processes.
  const named = existsSync(pids) ? (await readFile(pids, "utf8")).split(" ").map(Number) : [];
  expect(named).toHaveLength(how === "abort" ? 2 : named.length);
  await until(() => !named.some(isAlive));
  expect(await readdir(parent)).toEqual([]);
});

test("rows are kept from training for a validation when the definition asks for it, the same ones each time", async () => {
  const definition = shippedDefinition("diabetes", {
    trainer: {
      kind: "command",
      run: [process.execPath, "trainer.js", "fail", "{data}", "{output}"],
      validationFraction: 0.25,
    },
  });
  const work = path.join(folder, "work");
  const rowsIn = async (): Promise<{ train: number; validation: number; ages: string }> => {
    const parent = await mkdtemp(path.join(folder, "validation-"));
    await expect(trainBy(definition, parent, { keptWork: work })).rejects.toThrow("exit code 3");
    expect(await readdir(parent)).toEqual([]);
    const of = (name: string): string =>
      `read_parquet(${literal(path.join(work, "data", `${name}.parquet`))})`;
    const [row = {}] = await engine.rows(
      `SELECT (SELECT count(*) FROM ${of("train")}) AS train, (SELECT count(*) FROM ${of("validation")}) AS validation,
       (SELECT string_agg(age::VARCHAR, ' ') FROM ${of("validation")}) AS ages,
       (SELECT count(*) FROM (SELECT * FROM ${of("train")} INTERSECT SELECT * FROM ${of("validation")})) AS both_sides`,
    );
    expect(row.both_sides).toBe(0);
    return { train: Number(row.train), validation: Number(row.validation), ages: String(row.ages) };
  };
  const first = await rowsIn();
  expect(first.train + first.validation).toBe(354);
  expect(first.validation / 354).toBeGreaterThan(0.18);
  expect(first.validation / 354).toBeLessThan(0.32);
  expect(await rowsIn()).toEqual(first);
  expect((await readdir(path.join(work, "data"))).sort()).toEqual([
    "definition.json",
    "train.parquet",
    "validation.parquet",
  ]);
});
