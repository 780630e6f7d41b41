import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseModelDefinition, type ModelDefinitionInput } from "../../../platform/definition/definition";
import { findLinearParameters } from "../../../platform/onnx/find-linear-parameters";
import { findTreeParameters } from "../../../platform/onnx/find-tree-parameters";
import { LinearModel } from "../../../platform/onnx/linear-model";
import { OnnxModel } from "../../../platform/onnx/onnx-model";
import { TreeModel } from "../../../platform/onnx/tree-model";
import { signatureOf } from "../../../platform/model/signature";
import { featureTable } from "../../../platform/model/table";
import type { SqlEngine, SqlRow } from "../../../platform/sql/engine";
import { fitModel } from "../../../training/trainers/trainers";
import { openRows } from "../trainers/rows";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "ordered-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const values = ["small", "medium", "large", "huge"];
const size = { name: "size", type: "category", values, encoding: "rank" } as const;

function definitionOf(trainer: ModelDefinitionInput["trainer"], column: object = {}) {
  return parseModelDefinition(
    {
      name: "ordered",
      task: "regression",
      data: "data.csv",
      columns: [
        { ...size, values: [...values], ...column },
        { name: "y", type: "number", role: "target" },
      ],
      trainer,
      gate: { metric: "rmse" },
    },
    "model.ts",
  );
}
const ridge = { kind: "ridge", alpha: 0 } as const;

/** Targets are 10 and 3 for each place in the order. */
const rows: SqlRow[] = Array.from({ length: 200 }, (_, index) => {
  const rank = (index * 7) % 4;
  return { size: values[rank] ?? null, y: 10 + 3 * rank };
});

async function fit(definition: ReturnType<typeof definitionOf>, engine: SqlEngine) {
  return fitModel({
    engine,
    definition,
    from: "data",
    commandDirectory: folder,
    workDirectory: path.join(folder, "unused"),
  });
}

async function servedBy(
  onnx: Uint8Array,
  definition: ReturnType<typeof definitionOf>,
  asked: readonly SqlRow[],
) {
  const file = path.join(folder, "model.onnx");
  await writeFile(file, onnx);
  const signature = signatureOf(definition);
  const model = await OnnxModel.open(file, signature);
  const { prediction } = await model.predict(featureTable(signature, asked));
  await model.close();
  return Array.from<number | string>(prediction);
}

test("a linear model takes the place in the order, and a value that it does not know as the middle one", async () => {
  const definition = definitionOf(ridge, { outside: "warn", nullable: true });
  const engine = await openRows(definition, rows);
  const { onnx } = await fit(definition, engine);
  await engine.close();
  const linear = findLinearParameters(onnx, signatureOf(definition));
  if (!linear) throw new Error("The model is linear.");
  expect(linear.terms).toMatchObject([{ kind: "number", column: "size.rank", imputation: 1.5 }]);
  const asked = [...values, "colossal", null].map((value) => ({ size: value }));
  const expected = [10, 13, 16, 19, 14.5, 14.5].map((value): unknown => expect.closeTo(value, 9));
  expect(await servedBy(onnx, definition, asked)).toEqual(expected);
  const model = new LinearModel(linear);
  expect(
    Array.from<number | string>(model.predict(featureTable(linear.signature, asked)).prediction),
  ).toEqual(expected);
  expect(model.explain(featureTable(linear.signature, asked)).features).toEqual(["size"]);
});

test("trees part it as a number, and keep a direction that it is given", async () => {
  const trainer = {
    kind: "boosted-trees",
    maxTrees: 30,
    monotone: { "size.rank": "rising" },
  } as const;
  const definition = definitionOf(trainer, { nullable: true });
  // The largest cost least, which rising trees do not learn.
  const falling = rows.map((row) => (row.size === "huge" ? { ...row, y: 15 } : row));
  const engine = await openRows(definition, falling);
  const { onnx } = await fit(definition, engine);
  await engine.close();
  const trees = findTreeParameters(onnx, signatureOf(definition));
  if (!trees) throw new Error("The model is trees.");
  const asked = [...values, null].map((value) => ({ size: value }));
  const served = (await servedBy(onnx, definition, asked)) as number[];
  const [first = NaN, second = NaN, third = NaN, last = NaN] = served;
  expect(first <= second && second <= third && third <= last).toBe(true);
  expect(first).toBeLessThan(last);
  const own = new TreeModel(trees).predict(featureTable(trees.signature, asked)).prediction;
  expect(Array.from<number | string>(own)).toEqual(served);
});

test("what is said of a value that is not listed holds: it is refused unless the definition takes it", () => {
  const [refusing, taking] = [definitionOf(ridge), definitionOf(ridge, { outside: "warn" })];
  expect(signatureOf(refusing).inputs[0]).toEqual({ ...size, values, nullable: false });
  expect(signatureOf(taking).inputs[0]).toMatchObject({ outside: "warn", encoding: "rank" });
});

test.each<[object, string]>([
  [{ values: undefined }, "a rank is the place among the values; list them in their order"],
  [{ type: "number", values: undefined }, "only a category that is a feature has an encoding"],
  [{ encoding: "hash" }, 'expected one of "rank"|"target"'],
])("a definition with %j is refused", (change, message) => {
  expect(() => definitionOf(ridge, change)).toThrow(message);
});
