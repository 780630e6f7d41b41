import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ModelDefinition, ModelDefinitionInput } from "../../../platform/definition/definition";
import { digestOf } from "../../../platform/base/files";
import { OnnxModel } from "../../../platform/onnx/onnx-model";
import { signatureOf } from "../../../platform/model/signature";
import type { SqlRow } from "../../../platform/sql/engine";
import { featureTable } from "../../../platform/model/table";
import { fitLinearModel } from "../trainers/fit-linear-model";
import type { LinearParameters, Term } from "../../../platform/onnx/linear-parameters";
import { toOnnx } from "../../../training/onnx/linear-graph";
import { predictionSql } from "../../../training/evaluation/predict-sql";
import { definitionOf, openRows } from "../trainers/rows";
import { openShippedData, shippedDefinition } from "../shipped-data";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "onnx-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function openModel(model: LinearParameters): Promise<OnnxModel> {
  const file = path.join(folder, `${digestOf(JSON.stringify(model))}.onnx`);
  await writeFile(file, toOnnx(model));
  return OnnxModel.open(file, model.signature);
}

const target = { name: "y", type: "number", role: "target" } as const;

/** A regression on one column with the term given, and its predictions of some values. */
async function predictWith(
  column: ModelDefinitionInput["columns"][number],
  term: Term,
  values: readonly SqlRow[string][],
): Promise<number[]> {
  const signature = signatureOf(definitionOf([column, target], { kind: "ridge", alpha: 0 }));
  const model = await openModel({ signature, intercept: 100, terms: [term] });
  const rows = values.map((value) => ({ [column.name]: value }));
  const { prediction } = await model.predict(featureTable(signature, rows));
  await model.close();
  return Array.from(prediction, Number);
}

test.each(["diabetes", "titanic"] as const)(
  "the graph of %s gives on every row what its parameters give in SQL, to 1e-12",
  async (name) => {
    const definition = shippedDefinition(name);
    const engine = await openShippedData(definition);
    const linear = await fitLinearModel(engine, definition, "data");
    const rows = await engine.rows(`SELECT *, ${predictionSql(linear)} AS expected FROM data ORDER BY _row`);
    await engine.close();
    const model = await openModel(linear);
    const { prediction, probability } = await model.predict(featureTable(linear.signature, rows));
    await model.close();
    const values = probability ?? Array.from(prediction, Number);
    expect(rows.length).toBeGreaterThan(400);
    rows.forEach(({ expected }, row) => {
      expect(Math.abs((values[row] ?? NaN) / Number(expected) - 1)).toBeLessThan(1e-12);
      if (probability) expect(prediction[row]).toBe(Number(expected) > 0.5 ? 1 : 0);
    });
  },
);

test.each(["number", "boolean"] as const)("a model of one %s alone keeps all digits", async (type) => {
  // onnxruntime's graph optimisation has a fusion for such a graph that rounds to single precision.
  const number = {
    kind: "number",
    column: "x",
    mean: 47.9151,
    scale: 27.97871140688942,
    coefficient: 83.9281,
  } as const;
  const boolean = { kind: "boolean", column: "x", coefficient: 83.92808810402192 } as const;
  const [prediction = NaN] = await predictWith({ name: "x", type }, type === "number" ? number : boolean, [
    type === "number" ? 68 : true,
  ]);
  const expected = type === "number" ? 83.9281 * ((68 - 47.9151) / 27.97871140688942) : boolean.coefficient;
  expect(prediction).toBeCloseTo(100 + expected, 12);
});

test("a missing number is imputed where the column is nullable, and has no prediction where it is not", async () => {
  const term = { kind: "number", column: "x", mean: 1, scale: 2, coefficient: 10 } as const;
  const column = { name: "x", type: "number", nullable: true } as const;
  expect(await predictWith(column, { ...term, imputation: 7 }, [null, 3, 1e300])).toEqual([130, 110, 5e300]);
  expect(await predictWith({ ...column, nullable: false }, term, [null, 3])).toEqual([NaN, 110]);
});

test("a category has its coefficient, a missing one that of the most frequent, an unknown one none", async () => {
  const term = {
    kind: "category",
    column: "x",
    imputation: "b",
    values: ["a", "b", "ä, 'ö'"],
    coefficients: [1, 2, 3],
  } as const;
  const values = ["a", "b", "ä, 'ö'", null, "c", "A"];
  expect(await predictWith({ name: "x", type: "category", nullable: true }, term, values)).toEqual([
    101, 102, 103, 102, 100, 100,
  ]);
});

test("a boolean adds its coefficient when it is true", async () => {
  const term = { kind: "boolean", column: "x", coefficient: 5 } as const;
  expect(await predictWith({ name: "x", type: "boolean" }, term, [true, false])).toEqual([105, 100]);
});

test("a classification of categories predicts their names, the last above a probability of 0.5", async () => {
  const species: ModelDefinitionInput["columns"][number] = {
    name: "species",
    type: "category",
    role: "target",
    values: ["setosa", "other"],
  };
  const definition = definitionOf([{ name: "x", type: "number" }, species], { kind: "logistic", l2: 1 });
  const signature = signatureOf(definition);
  const term = { kind: "number", column: "x", mean: 0, scale: 1, coefficient: 1 } as const;
  const model = await openModel({ signature, intercept: 0, terms: [term] });
  const rows = [-800, -1, 0, 1, 800].map((x) => ({ x }));
  const { prediction, probability } = await model.predict(featureTable(signature, rows));
  await model.close();
  expect(prediction).toEqual(["setosa", "setosa", "setosa", "other", "other"]);
  const expected = [0, 1 / (1 + Math.E), 0.5, Math.E / (1 + Math.E), 1];
  expected.forEach((value, row) => expect(probability?.[row]).toBeCloseTo(value, 15));
});

test("columns may have the names that the statements and the graph use inside", async () => {
  const names = ["c0", "c1", "w", "z", "e", "v", "r", "loss", "a0", "/constant0", "//Sum1", 'quo"te'];
  const columns: ModelDefinitionInput["columns"] = [
    ...names.map((name) => ({ name, type: "number" as const })),
    { name: "Y 1", type: "boolean", role: "target" },
  ];
  const definition: ModelDefinition = definitionOf(columns, { kind: "logistic", l2: 1 });
  const values = (index: number): number[] => names.map((_, column) => (index * (column + 3) * 7919) % 101);
  const rows = Array.from({ length: 60 }, (_, index) => ({
    ...Object.fromEntries(names.map((name, column) => [name, values(index)[column] ?? null])),
    "Y 1": (values(index)[0] ?? 0) + (values(index)[11] ?? 0) > 100,
  }));
  const plain = (name: string): string => (name === "Y 1" ? name : `plain ${names.indexOf(name)}`);
  const renamed = definitionOf(
    columns.map((column) => ({ ...column, name: plain(column.name) })),
    { kind: "logistic", l2: 1 },
  );
  const fit = async (by: ModelDefinition, data: readonly SqlRow[]): Promise<LinearParameters> => {
    const engine = await openRows(by, data);
    const model = await fitLinearModel(engine, by, "data");
    await engine.close();
    return model;
  };
  const odd = await fit(definition, rows);
  const usual = await fit(
    renamed,
    rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [plain(name), value]))),
  );
  expect(odd.terms.map((term) => ({ ...term, column: plain(term.column) }))).toEqual(usual.terms);
  const model = await openModel(odd);
  const { probability } = await model.predict(featureTable(odd.signature, rows));
  await model.close();
  expect(probability).toHaveLength(60);
});

test("equal models have equal bytes, others do not", () => {
  const signature = signatureOf(shippedDefinition("diabetes"));
  const terms = signature.inputs.map(({ name }, index) => ({
    kind: "number" as const,
    column: name,
    mean: index,
    scale: 1,
    coefficient: 0.1 * index,
  }));
  const bytes = toOnnx({ signature, intercept: 1, terms });
  expect(digestOf(toOnnx({ signature, intercept: 1, terms: [...terms] }))).toBe(digestOf(bytes));
  expect(digestOf(toOnnx({ signature, intercept: 1 + Number.EPSILON, terms }))).not.toBe(digestOf(bytes));
});
