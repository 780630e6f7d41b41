import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { TreeModel } from "../../../platform/onnx/tree-model";
import { featureTable } from "../../../platform/model/table";
import { fitModel } from "../../../training/trainers/trainers";
import { OnnxModel } from "../../../platform/onnx/onnx-model";
import type { SqlEngine } from "../../../platform/sql/engine";
import { fitLinearModel } from "../trainers/fit-linear-model";
import { makeGoldenRows, spreadPositions } from "../../../training/directory/golden";
import type { LinearParameters } from "../../../platform/onnx/linear-parameters";
import { toOnnx } from "../../../training/onnx/linear-graph";
import { openShippedData, shippedDefinition } from "../shipped-data";

const definition = shippedDefinition("titanic");
let folder = "";
let engine: SqlEngine;
let linear: LinearParameters;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "golden-"));
  engine = await openShippedData(definition);
  linear = await fitLinearModel(engine, definition, "data");
});

afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

async function openModel(model: LinearParameters): Promise<OnnxModel> {
  const file = path.join(folder, `${model.intercept}.onnx`);
  await writeFile(file, toOnnx(model));
  return OnnxModel.open(file, model.signature);
}

test.each<[number, number[]]>([
  [0, []],
  [1, [0]],
  [2, [0, 1]],
  [8, [0, 1, 2, 3, 4, 5, 6, 7]],
  [100, [0, 14, 28, 42, 56, 70, 84, 99]],
])("of %p rows, those at %p are golden", (rows, positions) => {
  expect(spreadPositions(rows)).toEqual(positions);
});

test("golden rows are held-out rows with the predictions of the trained parameters", async () => {
  const model = await openModel(linear);
  const golden = await makeGoldenRows(engine, definition, { model, linear });
  await model.close();
  const [first] = await engine.rows(
    "SELECT pclass, sex, age, sibsp, parch, fare, embarked FROM data WHERE _held_out ORDER BY _row LIMIT 1",
  );
  expect(golden.rows[0]).toEqual(first);
  expect(golden.rows).toHaveLength(8);
  expect(golden.tolerance).toBe(1e-9);
  expect(golden.predictions).toEqual(golden.probabilities?.map((value) => (Number(value) > 0.5 ? 1 : 0)));
});

test("golden rows have synthetic values of personal columns, and what the model says of those", async () => {
  const personal = {
    ...definition,
    columns: definition.columns.map((column) =>
      ["age", "sex", "fare"].includes(column.name) ? { ...column, personal: true } : column,
    ),
  };
  const model = await openModel(linear);
  const golden = await makeGoldenRows(engine, personal, { model, linear });
  const served = await model.predict(featureTable(model.signature, golden.rows));
  await model.close();
  expect(golden.rows.map(({ age }) => age)).toEqual([6, 19, 31, 44, 56, 69, 81, 94]);
  expect(golden.rows.map(({ sex }) => sex)).toEqual(
    Array.from({ length: 8 }, (_, index) => ["female", "male"][index % 2]),
  );
  const real = await engine.rows("SELECT sibsp FROM data WHERE _held_out ORDER BY _row LIMIT 1");
  expect(golden.rows[0]?.sibsp).toBe(real[0]?.sibsp);
  golden.probabilities?.forEach((probability, row) => {
    expect(probability).toBeCloseTo(served.probability?.[row] ?? NaN, 12);
  });
});

test("a model file that does not give the trained numbers fails the training", async () => {
  const model = await openModel({ ...linear, intercept: linear.intercept + 1e-7 });
  const outcome = makeGoldenRows(engine, definition, { model, linear });
  await expect(outcome).rejects.toMatchObject({ code: "TRAINING_FAILED" });
  await expect(outcome).rejects.toThrow(
    /^The model file does not give the trained numbers: 0\.\d+ instead of 0\.\d+ for golden row 1\. They may differ by 1e-9\./,
  );
  await model.close();
});

test("without held-out rows there is nothing to measure a model with", async () => {
  const model = await openModel(linear);
  const empty = await openShippedData(definition);
  await empty.run("DELETE FROM data WHERE _held_out");
  await expect(makeGoldenRows(empty, definition, { model, linear })).rejects.toThrow(
    "There are no held-out rows.",
  );
  await empty.close();
  await model.close();
});

test("golden rows of trees are those of a walk through them, and others than the file's are refused", async () => {
  const trained = shippedDefinition("titanic", { trainer: { kind: "boosted-trees", maxTrees: 5 } });
  const { onnx, trees } = await fitModel({
    engine,
    definition: trained,
    from: "data",
    commandDirectory: folder,
    workDirectory: path.join(folder, "unused"),
  });
  if (!trees) throw new Error("There are no trees.");
  const file = path.join(folder, "trees.onnx");
  await writeFile(file, onnx);
  const model = await OnnxModel.open(file, trees.signature);
  const golden = await makeGoldenRows(engine, trained, { model, trees });
  const { probability } = new TreeModel(trees).predict(featureTable(trees.signature, golden.rows));
  expect(golden.tolerance).toBe(1e-9);
  expect(golden.probabilities).toEqual(Array.from(probability ?? []));
  const others = { ...trees, bases: trees.bases.map((base) => base + 1e-6) };
  await expect(makeGoldenRows(engine, trained, { model, trees: others })).rejects.toThrow(
    /^The model file does not give the trained numbers/,
  );
  await model.close();
});
