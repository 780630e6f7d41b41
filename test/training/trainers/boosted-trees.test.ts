import { readFileSync } from "node:fs";
import path from "node:path";
import type { ModelDefinition, ModelDefinitionInput } from "../../../platform/definition/definition";
import { computeMetrics } from "../../../platform/metrics/compute-metrics";
import { featureTable } from "../../../platform/model/table";
import { TreeModel } from "../../../platform/onnx/tree-model";
import type { TreeParameters } from "../../../platform/onnx/tree-parameters";
import type { SqlEngine, SqlRow } from "../../../platform/sql/engine";
import { patienceOf } from "../../../training/trainers/boosted-trees";
import type { FittedModel } from "../../../training/trainers/trainer";
import { fitModel } from "../../../training/trainers/trainers";
import { openShippedData, shippedDefinition } from "../shipped-data";
import { definitionOf, openRows } from "./rows";

type Column = ModelDefinitionInput["columns"][number];

async function fitOn(engine: SqlEngine, definition: ModelDefinition, from = "data"): Promise<FittedModel> {
  return fitModel({ engine, definition, from, commandDirectory: ".", workDirectory: "unused" });
}

/** The trees that the rows' definition makes of them. */
async function fit(
  definition: ModelDefinition,
  rows: readonly SqlRow[],
): Promise<FittedModel & { trees: TreeParameters }> {
  const engine = await openRows(definition, rows);
  try {
    const { trees, ...fitted } = await fitOn(engine, definition);
    if (!trees) throw new Error("There are no trees.");
    return { ...fitted, trees };
  } finally {
    await engine.close();
  }
}

const scores = JSON.parse(readFileSync(path.join(__dirname, "fixtures/tree-scores.json"), "utf8")) as Record<
  "diabetes" | "titanic",
  { metric: "rmse" | "logLoss"; "scikit-learn": number; LightGBM: number }
>;

// The standard error of each is larger: there are 88 and 261 held-out rows. What is the same to rounding, boost.test.ts compares.
test.each(["diabetes", "titanic"] as const)(
  "on %s held-out errors are within 5 % of scikit-learn's and LightGBM's",
  async (name) => {
    const definition = shippedDefinition(name, { trainer: { kind: "boosted-trees" } });
    const engine = await openShippedData(definition);
    const { trees } = await fitOn(
      engine,
      definition,
      "(SELECT * FROM data WHERE NOT _held_out) AS rows_of_side",
    );
    if (!trees) throw new Error("There are no trees.");
    const rows = await engine.rows("SELECT * FROM data WHERE _held_out ORDER BY _row");
    await engine.close();
    const { prediction, probability } = new TreeModel(trees).predict(featureTable(trees.signature, rows));
    const target = name === "diabetes" ? "progression" : "survived";
    const metrics = computeMetrics(definition.task, {
      actual: Float64Array.from(rows, (row) => Number(row[target])),
      predicted: probability ?? Float64Array.from(prediction as Float64Array),
    });
    const { metric, ...others } = scores[name];
    for (const other of Object.values(others)) {
      expect(Math.abs((metrics[metric] ?? NaN) / other - 1)).toBeLessThan(0.05);
    }
  },
);

test.each<[number | undefined, number, number | undefined]>([
  [undefined, 10_000, undefined],
  [undefined, 10_001, 10],
  [0, 1_000_000, undefined],
  [5, 100, 5],
])("with earlyStoppingTrees %p and %d rows it waits for %p trees", (earlyStoppingTrees, rows, expected) => {
  expect(patienceOf({ earlyStoppingTrees }, rows)).toBe(expected);
});

const number: Column = { name: "x", type: "number", nullable: true };
const amount: Column = { name: "y", type: "number", role: "target" };
const trainer = { kind: "boosted-trees", minLeafRows: 5, maxTrees: 20, learningRate: 0.5 } as const;
const predict = (trees: TreeParameters, rows: SqlRow[]): unknown[] =>
  Array.from<unknown>(new TreeModel(trees).predict(featureTable(trees.signature, rows)).prediction);

test("a missing number is a value of its own", async () => {
  const rows = Array.from({ length: 120 }, (_, index) =>
    index % 3 === 0 ? { x: null, y: 50 } : { x: index, y: index % 2 },
  );
  const { trees } = await fit(definitionOf([number, amount], trainer), rows);
  const [missing, present] = predict(trees, [{ x: null }, { x: 7 }]);
  expect(missing).toBeCloseTo(50, 1);
  expect(Math.abs(Number(present))).toBeLessThan(2);
});

test("categories are told apart without an order, and one that was not seen is as a missing one", async () => {
  const definition = definitionOf([{ name: "town", type: "category", nullable: true }, amount], trainer);
  const values: Readonly<Record<string, number>> = { a: 1, b: 9, c: 1, d: 9, e: 5 };
  const rows = Array.from({ length: 300 }, (_, index): SqlRow => {
    const town = index % 6 === 5 ? null : "abcde".charAt(index % 6);
    return { town, y: town === null ? 20 : (values[town] ?? NaN) };
  });
  const { trees } = await fit(definition, rows);
  const given = [...Object.keys(values), null, "unheard of"].map((town) => ({ town }));
  const expected = [...Object.values(values), 20, 20];
  predict(trees, given).forEach((value, index) => expect(value).toBeCloseTo(expected[index] ?? NaN, 2));
});

test("rows of weight 0 say nothing", async () => {
  const columns: Column[] = [number, amount, { name: "w", type: "number", role: "weight" }];
  const rows = Array.from({ length: 200 }, (_, index) => ({
    x: index % 10,
    y: index % 10,
    w: 1 + (index % 3),
  }));
  const noise = Array.from({ length: 200 }, (_, index) => ({ x: index % 10, y: 1000, w: 0 }));
  // The bins, the steps and the base are the same; where rows without weight would lie, they fill no leaf.
  const { trees } = await fit(definitionOf(columns, trainer), [...rows, ...noise]);
  const predicted = predict(
    trees,
    Array.from({ length: 10 }, (_, x) => ({ x })),
  );
  predicted.forEach((value, x) => expect(value).toBeCloseTo(x, 2));
});

test.each<[string, ModelDefinitionInput["trainer"], Column, readonly SqlRow[], RegExp]>([
  [
    "counts below 0",
    { ...trainer, loss: "poisson" },
    amount,
    Array.from({ length: 50 }, (_, index) => ({ x: index, y: index - 1 })),
    /^The target is -1 in a training row\. This loss is for targets that are 0 or more, with some above 0\./,
  ],
  [
    "nothing but zeros",
    { ...trainer, loss: "poisson" },
    amount,
    Array.from({ length: 50 }, (_, index) => ({ x: index, y: 0 })),
    /^The target is 0 in a training row\. This loss is for targets that are 0 or more, with some above 0\./,
  ],
  [
    "amounts of 0",
    { ...trainer, loss: "gamma" },
    amount,
    Array.from({ length: 50 }, (_, index) => ({ x: index, y: index })),
    /^The target is 0 in a training row\. This loss is for targets that are above 0\./,
  ],
  [
    "one class",
    trainer,
    { name: "y", type: "boolean", role: "target" },
    Array.from({ length: 50 }, (_, index) => ({ x: index, y: true })),
    /^All training rows are of the positive class\./,
  ],
  [
    "too few rows to see when to stop",
    { ...trainer, earlyStoppingTrees: 3 },
    amount,
    [{ x: 1, y: 1 }],
    /^Of 1 training rows, a share of 0\.1 leaves none/,
  ],
])("%s are refused", async (_, given, target, rows, message) => {
  await expect(fit(definitionOf([number, target], given), rows)).rejects.toThrow(message);
});

test("it warns of a category with more values than trees tell apart", async () => {
  const definition = definitionOf([{ name: "town", type: "category" }, number, amount], trainer);
  const rows = (towns: number): SqlRow[] =>
    Array.from({ length: 600 }, (_, index) => ({ town: `t${index % towns}`, x: index % 7, y: index % 7 }));
  expect((await fit(definition, rows(255))).warnings).toEqual([]);
  const { warnings, trees } = await fit(definition, rows(256));
  expect(warnings).toEqual([expect.stringMatching(/^Column "town" has more than 255 values; /)]);
  expect(trees.features[0]?.values).toHaveLength(255);
});

test("early stopping keeps the same rows each time, so that the file is the same to the last bit", async () => {
  const definition = definitionOf([number, amount], { ...trainer, earlyStoppingTrees: 3, maxTrees: 200 });
  const rows = Array.from({ length: 400 }, (_, index) => ({
    x: index % 40,
    y: (index % 40) + ((index * 7919) % 101) / 10,
  }));
  const [first, second] = [await fit(definition, rows), await fit(definition, rows)];
  expect(first.onnx).toEqual(second.onnx);
  expect(first.trees.trees.roots.length).toBeLessThan(200);
  const other = await fit({ ...definition, split: { ...definition.split, seed: 2 } }, rows);
  expect(other.onnx).not.toEqual(first.onnx);
});
