import { readFileSync } from "node:fs";
import path from "node:path";
import { Forest } from "../../../platform/onnx/forest";
import { TreeContributions } from "../../../platform/onnx/tree-contributions";
import { TreeModel } from "../../../platform/onnx/tree-model";
import type { TreeParameters } from "../../../platform/onnx/tree-parameters";
import { randomTable, randomTrees } from "./random-trees";

const factorial = (value: number): number => (value < 2 ? 1 : value * factorial(value - 1));

/** What trees say on average when only some features of a row are known: the rest follows the training rows. */
function expectation(
  { trees, bases: [base = NaN] }: TreeParameters,
  goesLeft: (node: number) => boolean,
  known: ReadonlySet<number>,
): number {
  const rowsBelow = (child: number): number =>
    child < 0
      ? (trees.leafRows[~child] ?? NaN)
      : rowsBelow(trees.left[child] ?? -1) + rowsBelow(trees.right[child] ?? -1);
  const mean = (child: number): number => {
    if (child < 0) return trees.leafValues[~child] ?? NaN;
    const [left = -1, right = -1] = [trees.left[child], trees.right[child]];
    if (known.has(trees.features[child] ?? -1)) return mean(goesLeft(child) ? left : right);
    return (rowsBelow(left) * mean(left) + rowsBelow(right) * mean(right)) / rowsBelow(child);
  };
  return Array.from(trees.roots).reduce((sum, root) => sum + mean(root), base);
}

/** Shapley values by their definition: over all sets of the other features. */
function shapley(parameters: TreeParameters, goesLeft: (node: number) => boolean): number[] {
  const count = parameters.features.length;
  const value = (set: number): number =>
    expectation(
      parameters,
      goesLeft,
      new Set(
        Array.from({ length: count }, (_, feature) => feature).filter((feature) => set & (1 << feature)),
      ),
    );
  const values = Array.from({ length: 1 << count }, (_, set) => value(set));
  const size = (set: number): number => (set === 0 ? 0 : (set & 1) + size(set >> 1));
  return parameters.features.map((_, feature) =>
    values.reduce((sum, without, set) => {
      if (set & (1 << feature)) return sum;
      const weight = (factorial(size(set)) * factorial(count - size(set) - 1)) / factorial(count);
      return sum + weight * ((values[set | (1 << feature)] ?? NaN) - without);
    }, 0),
  );
}

test.each([1, 2, 3, 4])("contributions are Shapley values by their definition (%d)", (seed) => {
  const parameters = randomTrees(seed, { trees: 4, leaves: 14 });
  const table = randomTable(seed, 6);
  const { contributions, features, base } = new TreeModel(parameters).explain(table);
  const forest = new Forest(parameters);
  const encoded = new TreeModel(parameters).encode(table);
  for (let row = 0; row < table.rows; row++) {
    const expected = shapley(parameters, (node) => forest.goesLeft(node, encoded, row * features.length));
    expected.forEach((value, feature) => {
      expect(contributions[row * features.length + feature]).toBeCloseTo(value, 12);
    });
  }
  expect(base).toBeCloseTo(
    expectation(parameters, () => true, new Set()),
    12,
  );
});

test("base and contributions add up to the sum of trees as deep as they have leaves", () => {
  const parameters = randomTrees(11, { trees: 30, leaves: 40 });
  const table = randomTable(11, 50);
  const encoded = new TreeModel(parameters).encode(table);
  const forest = new Forest(parameters);
  const contributions = new TreeContributions(parameters, forest);
  const width = parameters.features.length;
  const added = new Float64Array(table.rows * width);
  for (let row = 0; row < table.rows; row++) contributions.addRow(encoded, row * width, added);
  const sums = forest.sums(encoded, table.rows);
  sums.forEach((sum, row) => {
    const total = added
      .subarray(row * width, (row + 1) * width)
      .reduce((all, value) => all + value, contributions.bases[0] ?? NaN);
    expect(total).toBeCloseTo(sum, 9);
  });
});

/** A tree as `fixtures/make_shap.py` writes it. */
type ShapNode =
  | { readonly value: number; readonly rows: number }
  | {
      readonly feature: number;
      readonly threshold: number;
      readonly missingLeft: boolean;
      readonly left: ShapNode;
      readonly right: ShapNode;
    };

test("contributions and base are those that shap gives for LightGBM's trees", () => {
  const shap = JSON.parse(readFileSync(path.join(__dirname, "fixtures/shap.json"), "utf8")) as {
    trees: ShapNode[];
    rows: (number | null)[][];
    base: number;
    contributions: number[][];
  };
  const [asked, children]: [Extract<ShapNode, { left: ShapNode }>[], [number, number][]] = [[], []];
  const leaves: Extract<ShapNode, { value: number }>[] = [];
  const add = (node: ShapNode): number => {
    if ("value" in node) return ~(leaves.push(node) - 1);
    const index = asked.push(node) - 1;
    children.push([0, 0]);
    children[index] = [add(node.left), add(node.right)];
    return index;
  };
  const roots = Int32Array.from(shap.trees, add);
  const names = ["a", "b", "c", "d"];
  const model = new TreeModel({
    signature: {
      task: "regression",
      inputs: names.map((name) => ({ name, type: "number", nullable: true })),
      target: { name: "y" },
    },
    link: "identity",
    bases: [0],
    features: names.map((column) => ({ column })),
    trees: {
      roots,
      targets: roots.map(() => 0),
      features: Int32Array.from(asked, ({ feature }) => feature),
      thresholds: Float64Array.from(asked, ({ threshold }) => threshold),
      categories: new Map(),
      missingLeft: Uint8Array.from(asked, ({ missingLeft }) => (missingLeft ? 1 : 0)),
      left: Int32Array.from(children, ([left]) => left),
      right: Int32Array.from(children, ([, right]) => right),
      leafValues: Float64Array.from(leaves, ({ value }) => value),
      leafRows: Int32Array.from(leaves, ({ rows }) => rows),
    },
  });
  const columns = new Map(
    names.map((name, at) => [name, Float64Array.from(shap.rows, (row) => row[at] ?? NaN)] as const),
  );
  const { base, contributions, scale } = model.explain({ rows: shap.rows.length, columns });
  expect(scale).toBe("prediction");
  expect(base).toBeCloseTo(shap.base, 9);
  expect(shap.contributions).toHaveLength(12);
  shap.contributions.flat().forEach((value, at) => expect(contributions[at]).toBeCloseTo(value, 9));
});
