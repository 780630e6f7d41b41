import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ModelDefinitionInput } from "../../../../platform/definition/definition";
import { featureTable } from "../../../../platform/model/table";
import { findLinearParameters } from "../../../../platform/onnx/find-linear-parameters";
import { LinearModel } from "../../../../platform/onnx/linear-model";
import { OnnxModel } from "../../../../platform/onnx/onnx-model";
import type { SqlEngine, SqlRow } from "../../../../platform/sql/engine";
import { predictionSql } from "../../../../training/evaluation/predict-sql";
import { scoreFitted } from "../../../../training/evaluation/score-fitted";
import { fitCandidate } from "../../../../training/candidate/fit-candidate";
import { definitionOf, openRows } from "../rows";

const read = (name: string): unknown =>
  JSON.parse(readFileSync(path.join(__dirname, "../../reference", name), "utf8"));
const { values } = read("class-weights.json") as { readonly values: readonly (readonly [number, number])[] };
const { alpha, predictions } = read("log-ridge.json") as {
  readonly alpha: number;
  readonly predictions: readonly number[];
};

const rows = values.map(([x, z], row): SqlRow => ({
  x,
  z,
  cost: Math.exp(x / 2 + z / 20) * (1 + (row % 7) / 10),
}));
const definition = definitionOf(
  [
    { name: "x", type: "number" },
    { name: "z", type: "number" },
    { name: "cost", type: "number", role: "target" },
  ],
  { kind: "ridge", alpha, targetTransform: "log" },
);
const inputOf = (engine: SqlEngine) => ({
  engine,
  definition,
  from: "data",
  commandDirectory: ".",
  workDirectory: "unused",
});

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "target-transform-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("the logarithm is fitted as by scikit-learn to 1e-10, and every way to evaluate it gives the same amounts", async () => {
  const engine = await openRows(definition, rows);
  const { onnx, linear, signature } = await fitCandidate(inputOf(engine));
  if (!linear) throw new Error("It is no linear model.");
  const table = featureTable(signature, rows);
  const model = new LinearModel(linear);
  const own = Array.from(model.predict(table).prediction, Number);
  const shown = own.filter((_, row) => row % 5 === 0);
  expect(shown).toHaveLength(predictions.length);
  predictions.forEach((value, row) => expect(Math.abs((shown[row] ?? NaN) / value - 1)).toBeLessThan(1e-10));

  expect(findLinearParameters(onnx, signature)).toEqual(linear);
  const bySql = await engine.rows(`SELECT ${predictionSql(linear)} AS p FROM data ORDER BY _row`);
  const scored = await scoreFitted(inputOf(engine), { onnx, linear, signature }, "data");
  await engine.close();
  const file = path.join(folder, "model.onnx");
  await writeFile(file, onnx);
  const runtime = await OnnxModel.open(file, signature);
  const { prediction: served } = await runtime.predict(table);
  await runtime.close();
  own.forEach((value, row) => {
    for (const other of [bySql[row]?.p, served[row], scored.predicted[row]])
      expect(Math.abs(Number(other) / value - 1)).toBeLessThan(1e-12);
  });
  const { scale, base, contributions } = model.explain(table);
  expect(scale).toBe("log");
  const sum = Number(base) + (contributions[0] ?? NaN) + (contributions[1] ?? NaN);
  expect(Math.exp(sum)).toBeCloseTo(own[0] ?? NaN, 10);
});

test("a number so large that its exponential is none is the request's fault", async () => {
  const engine = await openRows(definition, rows);
  const { linear, signature } = await fitCandidate(inputOf(engine));
  await engine.close();
  if (!linear) throw new Error("It is no linear model.");
  const table = featureTable(signature, [{ x: 1e6, z: 1 }]);
  expect(() => new LinearModel(linear).predict(table)).toThrow(
    '"x" is 1000000. The model has no finite prediction',
  );
});

test.each([
  [
    0,
    /^The target is 0 in a training row, and not above 0 in 1\. targetTransform "log" is for targets above 0\./,
  ],
  [-3, /^The target is -3 in a training row/],
])("a target of %p is refused", async (cost, message) => {
  const engine = await openRows(definition, [...rows, { x: 1, z: 1, cost }]);
  await expect(fitCandidate(inputOf(engine))).rejects.toThrow(message);
  await engine.close();
});

test("without it nothing changes", async () => {
  const trainer: ModelDefinitionInput["trainer"] = { kind: "ridge", alpha };
  const plain = definitionOf(definition.columns, trainer);
  const engine = await openRows(plain, rows);
  const { linear } = await fitCandidate({ ...inputOf(engine), definition: plain });
  await engine.close();
  expect(linear).not.toHaveProperty("link");
});
