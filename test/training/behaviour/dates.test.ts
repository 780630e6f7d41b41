import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { digestOf } from "../../../platform/base/files";
import { loadData } from "../../../platform/data/source";
import { splitData } from "../../../platform/data/split/split";
import { decideSplitRule } from "../../../platform/data/split/split-rule";
import { dateNumbers } from "../../../platform/definition/date-parts";
import {
  parseModelDefinition,
  type ModelDefinition,
  type ModelDefinitionInput,
} from "../../../platform/definition/definition";
import { everyDatePart } from "../../platform/definition/every-date-part";
import { fittedSignature } from "../../../platform/model/fitted-inputs";
import {
  readGoldenRows,
  readLineage,
  readModelMetadata,
  readReference,
} from "../../../platform/model/model-directory";
import { featureTable, type Predictions } from "../../../platform/model/table";
import { findLinearParameters } from "../../../platform/onnx/find-linear-parameters";
import { OnnxModel } from "../../../platform/onnx/onnx-model";
import type { SqlEngine, SqlRow } from "../../../platform/sql/engine";
import { openEngine } from "../../../platform/sql/open-engine";
import { loadScoringModel } from "../../../scoring/model/load-model";
import { train } from "../../../training/directory/train";
import { toOnnx } from "../../../training/onnx/linear-graph";

let folder = "";
let engine: SqlEngine;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "dates-"));
  engine = await openEngine();
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

function datedDefinition(changes: Partial<ModelDefinitionInput> = {}, nullable = false): ModelDefinition {
  return parseModelDefinition(
    {
      name: "dated",
      task: "regression",
      data: "data.csv",
      columns: [
        { name: "at", type: "date", parts: everyDatePart, nullable },
        { name: "n", type: "number" },
        { name: "signed", type: "date", parts: ["month"] },
        { name: "y", type: "number", role: "target" },
      ],
      trainer: { kind: "ridge", alpha: 1 },
      gate: { metric: "rmse" },
      ...changes,
    },
    "the test's definition",
  );
}

const names = dateNumbers({ name: "at", parts: everyDatePart }).map(({ name }) => name);

/** Rows over three years, whose target goes with the month, the weekday and the days since signing. */
function csvOf(
  target: (facts: { month: number; weekday: number; days: number; n: number }) => string | number,
): string {
  const lines = Array.from({ length: 400 }, (_, index) => {
    const seconds = Date.UTC(2023, 0, 1) / 1000 + index * 236_311;
    const signed = seconds - ((index * 37) % 50) * 86_400;
    const date = new Date(seconds * 1000);
    const n = (index * 13) % 17;
    const y = target({
      month: date.getUTCMonth() + 1,
      weekday: date.getUTCDay() || 7,
      days: (seconds - signed) / 86_400,
      n,
    });
    const at = index % 20 === 7 ? "" : date.toISOString().replace(".000Z", index % 2 === 0 ? "Z" : "");
    return `${at},${n},${new Date(signed * 1000).toISOString().slice(0, 19)},${y}`;
  });
  return ["at,n,signed,y", ...lines].join("\n");
}

async function trainOn(
  csv: string,
  definition: ModelDefinition,
  name: string,
  onOutput?: (line: string) => void,
): Promise<string> {
  const file = path.join(folder, `${name}.csv`);
  await writeFile(file, csv);
  const source = await loadData(engine, definition, file);
  const split = decideSplitRule(definition, source.header);
  await splitData({ engine, definition, source }, split);
  const { directory } = await train({
    engine,
    definition,
    split,
    source: { ...source, digest: digestOf(csv) },
    outputDirectory: path.join(folder, name),
    run: "run-1",
    now: new Date(0),
    code: {},
    commandDirectory: folder,
    ...(onOutput && { onOutput }),
  });
  return directory;
}

const classColumn = (values: string[]): ModelDefinitionInput["columns"][number] => ({
  name: "y",
  type: "category",
  role: "target",
  values,
});
const classesOf = (values: string[]): Partial<ModelDefinitionInput> => ({
  task: "classification",
  gate: { metric: "logLoss" },
  columns: [
    { name: "at", type: "date", parts: everyDatePart, nullable: true },
    { name: "n", type: "number" },
    { name: "signed", type: "date", parts: ["month"] },
    classColumn(values),
  ],
});
const word = ({ month, n }: { month: number; n: number }, words: string[]): string =>
  words[(month > 6 ? 1 : 0) + (n > 12 && words.length > 2 ? 1 : 0)] ?? "";

test("a program fits the numbers that dates become, and its model is served with the dates themselves", async () => {
  const csv = csvOf(({ month, days }) => month + days);
  const own = await trainOn(csv, datedDefinition({}, true), "own");
  const { signature } = await readModelMetadata(own);
  const found = findLinearParameters(await readFile(path.join(own, "model.onnx")), signature);
  if (!found) throw new Error("The ridge trainer makes linear models.");
  const ready = path.join(folder, "ready.onnx");
  await writeFile(ready, toOnnx({ ...found, signature: fittedSignature(signature) }));
  const program = path.join(__dirname, "../trainers/fixtures/trainer.js");
  const run = [process.execPath, program, "train", "{data}", "{output}", ready];
  const lines: string[] = [];
  const definition = datedDefinition({ trainer: { kind: "command", run } }, true);
  const other = await trainOn(csv, definition, "program", (line) => lines.push(line));
  expect(lines.find((line) => line.startsWith("columns:"))).toBe(
    `columns: ${names.join(", ")}, n, signed.month, y`,
  );
  expect((await readModelMetadata(other)).signature).toEqual(signature);
  const [expected, golden] = [await readGoldenRows(own), await readGoldenRows(other)];
  expect(golden.rows).toEqual(expected.rows);
  golden.predictions.forEach((value, row) => expect(value).toBeCloseTo(Number(expected.predictions[row]), 9));
  // What the program was given is what a service makes of the same dates.
  const [given] = await engine.rows(
    `SELECT min("at.hour") AS low, max("at.hour") AS high FROM read_parquet('${ready}.parquet')`,
  );
  expect(given).toEqual({ low: 0, high: 23 });
});

test("trees send each hour of a week to the same leaf wherever it is scored", async () => {
  const definition = parseModelDefinition(
    {
      ...{ name: "hours", task: "regression", data: "data.csv", gate: { metric: "rmse" } },
      columns: [
        { name: "at", type: "date", parts: ["weekCycle", "dayCycle"] },
        { name: "y", type: "number", role: "target" },
      ],
      trainer: { kind: "boosted-trees", maxTrees: 30, minLeafRows: 2 },
    },
    "hours",
  );
  const at = Array.from({ length: 1200 }, (_, hour) => new Date(Date.UTC(2024, 0, 1, hour)).toISOString());
  // What no hour tells: trees part all hours that they can.
  const lines = at.map((text, hour) => `${text},${(hour * 7919) % 1009}`);
  const directory = await trainOn(["at,y", ...lines].join("\n"), definition, "hours");
  const [own, served] = [await loadScoringModel(directory), await OnnxModel.load(directory)];
  const table = featureTable(
    own.signature,
    at.map((text) => ({ at: text })),
  );
  const [found, expected] = [await own.predict(table), await served.predict(table)];
  await served.close();
  const differences = Array.from(expected.prediction as Float64Array, (value, row) =>
    Math.abs(Number(found.prediction[row]) - value),
  );
  expect(Math.max(...differences)).toBeLessThan(1e-9);
});

test("an alpha is chosen on folds that have the numbers of dates", async () => {
  const csv = csvOf(({ month, days }) => month + days);
  const definition = datedDefinition({ trainer: { kind: "ridge", alpha: "auto" } }, true);
  const lineage = await readLineage(await trainOn(csv, definition, "auto"));
  expect(lineage.chosen?.alpha).toBeGreaterThan(0);
});

/** What sums become: as `Explanation.scale` says. */
function linked(scale: string | undefined, sums: readonly number[], width: number): number[] {
  if (scale === "prediction") return [...sums];
  if (scale === "log-odds") return sums.map((sum) => 1 / (1 + Math.exp(-sum)));
  return Array.from({ length: sums.length / width }, (_, row) => {
    const powers = sums.slice(row * width, (row + 1) * width).map(Math.exp);
    const total = powers.reduce((sum, power) => sum + power, 0);
    return powers.map((power) => power / total);
  }).flat();
}

describe.each<[string, Partial<ModelDefinitionInput>, string]>([
  ["ridge", {}, csvOf(({ month, weekday, days, n }) => 3 * month + weekday + 0.5 * days + n)],
  [
    "logistic",
    { ...classesOf(["no", "yes"]), trainer: { kind: "logistic", l2: 1 } },
    csvOf((facts) => word(facts, ["no", "yes"])),
  ],
  [
    "several classes",
    { ...classesOf(["low", "mid", "high"]), trainer: { kind: "logistic", l2: 1 } },
    csvOf((facts) => word(facts, ["low", "mid", "high"])),
  ],
  [
    "boosted-trees",
    { trainer: { kind: "boosted-trees", maxTrees: 20 } },
    csvOf(({ month, weekday, days, n }) => 3 * month + weekday + 0.5 * days + n),
  ],
  [
    "trees of several classes",
    { ...classesOf(["low", "mid", "high"]), trainer: { kind: "boosted-trees", maxTrees: 5 } },
    csvOf((facts) => word(facts, ["low", "mid", "high"])),
  ],
])("%s", (name, changes, csv) => {
  const definition = datedDefinition(changes, true);
  let directory = "";
  beforeAll(async () => {
    directory = await trainOn(csv, definition, name.replaceAll(" ", "-"));
  });

  test("is found in model.onnx, and predicts and explains what onnxruntime predicts, of missing dates, too", async () => {
    const [own, served] = [await loadScoringModel(directory), await OnnxModel.load(directory)];
    const { rows: golden } = await readGoldenRows(directory);
    const table = featureTable(own.signature, [...golden, { ...golden[0], at: null }] as SqlRow[]);
    const [found, expected] = [await own.predict(table), await served.predict(table)];
    // A model that is not found in its file has no explanation.
    const explanation = own.explain?.(table);
    await served.close();
    const numbersOf = ({ probability, probabilities, prediction }: Predictions) =>
      Array.from(probability ?? probabilities ?? (prediction as Float64Array));
    expect(numbersOf(found)).toEqual(numbersOf(expected).map((value): unknown => expect.closeTo(value, 9)));
    expect(explanation?.features).toEqual(["at", "n", "signed"]);
    const [width, { contributions, base } = { contributions: [], base: NaN }] = [
      typeof explanation?.base === "object" ? explanation.base.length : 1,
      explanation,
    ];
    const bases = typeof base === "number" ? [base] : base;
    const sums = Array.from({ length: table.rows * width }, (_, at) => {
      const [row, place] = [Math.floor(at / width), at % width];
      const added = [0, 1, 2].map((feature) => contributions[(row * 3 + feature) * width + place] ?? NaN);
      return added.reduce((sum, value) => sum + value, bases[place] ?? NaN);
    });
    expect(linked(explanation?.scale, sums, width)).toEqual(
      numbersOf(expected).map((value): unknown => expect.closeTo(value, 9)),
    );
  });

  test("keeps dates as texts that a client may send, and of their distribution what is the same at all times", async () => {
    const { rows: golden } = await readGoldenRows(directory);
    expect(golden[0]?.signed).toMatch(/^20\d\d-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?$/);
    const { columns } = await readReference(directory);
    expect(Object.keys(columns)).toEqual(["at.hour", "at.daysSince.signed", "n", "y"]);
    expect((await readModelMetadata(directory)).signature.inputs[0]).toEqual({
      name: "at",
      type: "date",
      nullable: true,
      parts: everyDatePart,
    });
  });
});
