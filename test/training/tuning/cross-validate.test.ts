import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadData } from "../../../platform/data/source";
import { splitData } from "../../../platform/data/split/split";
import { decideSplitRule } from "../../../platform/data/split/split-rule";
import type { ModelDefinitionInput } from "../../../platform/definition/definition";
import type { SqlEngine } from "../../../platform/sql/engine";
import { openEngine } from "../../../platform/sql/open-engine";
import { crossValidate, withSettings } from "../../../training/tuning/cross-validate";
import { makeFolds } from "../../../training/inputs/folds";
import type { TriedSettings } from "../../../training/tuning/search-space";
import { toOnnx } from "../../../training/onnx/linear-graph";
import { fitLinearModel } from "../trainers/fit-linear-model";
import { numbersOnly } from "../../platform/data/definitions";

let engine: SqlEngine;
let folder: string;
beforeAll(async () => {
  engine = await openEngine();
  folder = await mkdtemp(path.join(tmpdir(), "mlops-tune-test-"));
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

const rows = Array.from({ length: 200 }, (_, index) => {
  const x = (index * 37) % 101;
  return { x, y: 3 * x + 10 * Math.sin(index) };
});

async function open(changes: Partial<ModelDefinitionInput> = {}) {
  const definition = numbersOnly(["x", "y"], changes);
  const file = path.join(folder, "data.csv");
  await writeFile(file, `x,y\n${rows.map(({ x, y }) => `${x},${y}\n`).join("")}`);
  const source = await loadData(engine, definition, file);
  const rule = decideSplitRule(definition, source.header);
  const workbench = { engine, definition, source, directory: folder };
  await splitData(workbench, rule);
  const search = (
    candidates: readonly TriedSettings[],
    signal = new AbortController().signal,
    program: Parameters<typeof crossValidate>[1]["program"] = {},
  ) =>
    crossValidate(workbench, {
      ...{ rule, candidates, folds: 4, seed: 1, onProgress: () => undefined, signal, program },
    });
  return { workbench, rule, search };
}

/** Ridge of one standardised feature has a closed form: b = Sxy / (Sxx + alpha). */
function rmse(training: readonly number[], validation: readonly number[], alpha: number): number {
  const of = (row: number) => rows[row - 1] ?? { x: NaN, y: NaN };
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(training.map((row) => of(row).x)), mean(training.map((row) => of(row).y))];
  const scale = Math.sqrt(mean(training.map((row) => (of(row).x - meanX) ** 2)));
  const z = (row: number) => (of(row).x - meanX) / scale;
  const sxy = training.reduce((sum, row) => sum + z(row) * (of(row).y - meanY), 0);
  const b = sxy / (training.length + alpha);
  return Math.sqrt(mean(validation.map((row) => (of(row).y - meanY - b * z(row)) ** 2)));
}

test("each fold's score is that of a model of the other folds, and the best mean wins", async () => {
  const { workbench, rule, search } = await open();
  const alphas = [100, 1, 1000];
  const tuning = await search(alphas.map((alpha) => ({ alpha })));
  const folds = await makeFolds(workbench, rule, { count: 4, seed: 1 });
  const numbers = async (sql: string) =>
    (await engine.rows(`SELECT _row FROM ${sql}`)).map(({ _row }) => Number(_row));
  for (const [index, alpha] of alphas.entries()) {
    const expected = [];
    for (const fold of [0, 1, 2, 3])
      expected.push(
        rmse(
          await numbers(folds.rows(fold, "training")),
          await numbers(folds.rows(fold, "validation")),
          alpha,
        ),
      );
    const candidate = tuning.candidates[index];
    expected.forEach((score, fold) => expect(candidate?.scores?.[fold]).toBeCloseTo(score, 9));
    const mean = expected.reduce((sum, score) => sum + score, 0) / 4;
    expect(candidate?.mean).toBeCloseTo(mean, 9);
    const variance = expected.reduce((sum, score) => sum + (score - mean) ** 2, 0) / 3;
    expect(candidate?.standardError).toBeCloseTo(Math.sqrt(variance / 4), 9);
  }
  expect(tuning).toMatchObject({
    metric: "rmse",
    folds: 4,
    seed: 1,
    best: 1,
    before: { kind: "ridge", alpha: 1 },
  });
});

test("where more is better the greatest mean wins, and of equal ones the first", async () => {
  const { search } = await open({ gate: { metric: "r2" } });
  expect((await search([{ alpha: 1000 }, { alpha: 1 }, { alpha: 1 }])).best).toBe(1);
});

test("held-out rows have no part in it", async () => {
  const { workbench, search } = await open();
  const before = await search([{ alpha: 1 }]);
  await engine.run(
    "CREATE TABLE changed AS SELECT l._row, l.x, CASE WHEN s._held_out THEN 1e9 ELSE l.y END AS y FROM loaded l POSITIONAL JOIN sides s",
  );
  await engine.run("CREATE OR REPLACE VIEW loaded AS SELECT * FROM changed");
  const after = await crossValidate(workbench, {
    rule: decideSplitRule(workbench.definition, workbench.source.header),
    candidates: [{ alpha: 1 }],
    folds: 4,
    seed: 1,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
  expect(after.candidates[0]?.scores).toHaveLength(4);
  // Their keys are other now, those of the training rows are not, and so neither folds nor scores.
  expect(after).toEqual(before);
});

test("trees are measured through their ONNX file", async () => {
  const trainer = { kind: "boosted-trees" as const, maxTrees: 20, minLeafRows: 5 };
  const { search } = await open({ trainer });
  const { best, candidates } = await search([{ learningRate: 0.001 }, { learningRate: 0.3 }]);
  expect(best).toBe(1);
  expect(candidates[1]?.mean).toBeLessThan((candidates[0]?.mean ?? 0) / 2);
});

test("a program is run for each fold with each of its parameters, and what it prints is kept", async () => {
  const line = await fitLinearModel(engine, (await open()).workbench.definition, "data");
  for (const slope of [1, 3]) {
    const terms = line.terms.map((term) => ({ ...term, mean: 0, scale: 1, coefficient: slope }));
    await writeFile(path.join(folder, `${slope}.onnx`), toOnnx({ ...line, intercept: 0, terms }));
  }
  await writeFile(
    path.join(folder, "fit.js"),
    `const { copyFileSync, readFileSync } = require("node:fs");
     const [data, output] = process.argv.slice(2);
     const { slope } = JSON.parse(readFileSync(data + "/definition.json")).trainer.parameters;
     console.log(readFileSync(data + "/train.csv", "utf8").trim().split("\\n").length - 1, slope);
     copyFileSync(slope + ".onnx", output + "/model.onnx");`,
  );
  const run = [process.execPath, "fit.js", "{data}", "{output}"];
  const trainer = { kind: "command" as const, run, format: "csv" as const, parameters: { slope: 0 } };
  const { workbench, rule, search } = await open({ trainer });
  const [printed, programLog] = [[] as string[], path.join(folder, "trainer.log")];
  const candidates = [{ "parameters.slope": 1 }, { "parameters.slope": 3 }];
  const tuning = await search(candidates, undefined, { programLog, onOutput: (text) => printed.push(text) });
  expect(tuning).toMatchObject({ best: 1, candidates: candidates.map((settings) => ({ settings })) });
  // What is left of 3 x + 10 sin(i) by 3 x.
  expect(tuning.candidates[1]?.mean).toBeCloseTo(10 / Math.SQRT2, 0);
  expect(tuning.candidates[0]?.mean).toBeGreaterThan(100);
  const folds = await makeFolds(workbench, rule, { count: 4, seed: 1 });
  const counts: number[] = [];
  for (const fold of [0, 1, 2, 3]) {
    const [counted] = await engine.rows(`SELECT count(*) AS n FROM ${folds.rows(fold, "training")}`);
    counts.push(Number(counted?.n));
  }
  expect(printed).toEqual([1, 3].flatMap((slope) => counts.map((rows) => `${rows} ${slope}`)));
  expect((await readFile(programLog, "utf8")).trim().split("\n")).toEqual(printed);
  await expect(search([{ "parameters.slop": 1 }])).rejects.toMatchObject({
    code: "USAGE",
    message: expect.stringContaining('There are "slope".') as string,
  });
});

test("one that cannot be fitted is said to be so, and is not the best", async () => {
  const trainer = { kind: "boosted-trees" as const, maxTrees: 5 };
  const { search } = await open({ trainer });
  const { best, candidates } = await search([{ minLeafRows: 10_000 }, { minLeafRows: 5 }]);
  expect(best).toBe(1);
  expect(candidates[0]).toEqual({
    settings: { minLeafRows: 10_000 },
    fault: expect.stringContaining("smaller minLeafRows"),
  });
  await expect(search([{ minLeafRows: 10_000 }])).rejects.toMatchObject({
    code: "TRAINING_FAILED",
    message: expect.stringMatching(/^No combination could be measured by rmse\. The first one: .*--try/s),
  });
});

test("a setting that the trainer does not have is refused before anything is fitted", async () => {
  const { workbench, search } = await open();
  await expect(search([{ alpha: 1 }, { alpha: -1 }])).rejects.toMatchObject({ code: "DEFINITION_INVALID" });
  expect(() => withSettings(workbench.definition, { alfa: 1 })).toThrow(
    /^What a search makes of numbers \(alfa=1\) is not a valid/,
  );
});

test("it ends when it is told to", async () => {
  const { search } = await open();
  await expect(search([{ alpha: 1 }], AbortSignal.abort())).rejects.toMatchObject({ code: "INTERRUPTED" });
});
