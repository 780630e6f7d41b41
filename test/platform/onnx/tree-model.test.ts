import { TreeModel } from "../../../platform/onnx/tree-model";
import { randomTable, randomTrees } from "./random-trees";

test.each([
  ["identity", "regression", (sum: number) => sum],
  ["log", "regression", Math.exp],
  ["log-odds", "classification", (sum: number) => 1 / (1 + Math.exp(-sum))],
] as const)("a sum of trees becomes what its link says: %s", (link, task, expected) => {
  const table = randomTable(1, 50);
  const sums = new TreeModel(randomTrees(1)).predict(table).prediction as Float64Array;
  const { prediction, probability } = new TreeModel(randomTrees(1, { link })).predict(table);
  expect(Array.from(probability ?? (prediction as Float64Array))).toEqual(Array.from(sums, expected));
  if (task === "classification") {
    expect(prediction).toEqual(Array.from(sums, (sum) => (expected(sum) > 0.5 ? "yes" : "no")));
    expect(new Set<unknown>(prediction).size).toBe(2);
  }
});

test("a table that lacks values of a feature is refused", () => {
  const { columns } = randomTable(1, 3);
  expect(() => new TreeModel(randomTrees(1)).predict({ rows: 4, columns })).toThrow(
    'Feature "number" has 3 values for 4 rows.',
  );
});
