import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { OnnxModel } from "../../../platform/onnx/onnx-model";
import { TreeModel } from "../../../platform/onnx/tree-model";
import { findTreeParameters } from "../../../platform/onnx/find-tree-parameters";
import type { TreeLink } from "../../../platform/onnx/tree-parameters";
import { treesToOnnx } from "../../../training/onnx/tree-graph";
import { randomTable, randomTrees } from "../../platform/onnx/random-trees";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "trees-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const seeds = Array.from({ length: 8 }, (_, index) => index + 1);

test.each(seeds)(
  "onnxruntime and this process give the same bits for trees of any shape (%d)",
  async (seed) => {
    const parameters = randomTrees(seed);
    const file = path.join(folder, `${seed}.onnx`);
    await writeFile(file, treesToOnnx(parameters));
    const model = await OnnxModel.open(file, parameters.signature);
    // One row alone takes another way through onnxruntime than many.
    for (const rows of [1, 400]) {
      const table = randomTable(seed, rows);
      const { prediction } = await model.predict(table);
      expect(prediction).toEqual(new TreeModel(parameters).predict(table).prediction);
      expect(new Set(Array.from(prediction, Number)).size).toBeGreaterThan(rows / 2);
    }
    await model.close();
  },
);

test.each<TreeLink>(["log", "log-odds"])(
  "of a sum that becomes a %s they agree to rounding",
  async (link) => {
    const parameters = randomTrees(3, { link });
    const file = path.join(folder, `${link}.onnx`);
    await writeFile(file, treesToOnnx(parameters));
    const model = await OnnxModel.open(file, parameters.signature);
    const table = randomTable(5, 200);
    const [served, own] = [await model.predict(table), new TreeModel(parameters).predict(table)];
    await model.close();
    const numbers = (predictions: typeof own): number[] =>
      Array.from(predictions.probability ?? (predictions.prediction as Float64Array));
    const largest = Math.max(
      ...numbers(served).map((value, row) => Math.abs(value - (numbers(own)[row] ?? NaN))),
    );
    expect(largest).toBeLessThan(1e-14);
    if (link === "log-odds") expect(served.prediction).toEqual(own.prediction);
  },
);

test("equal trees give equal bytes, from which they are read back", () => {
  const parameters = randomTrees(9);
  const bytes = treesToOnnx(parameters);
  expect(treesToOnnx(randomTrees(9))).toEqual(bytes);
  expect(findTreeParameters(bytes, parameters.signature)).toEqual(parameters);
});

test("nodes that are reached in two ways are no trees: sixty of them would have more ways than there is time for", () => {
  const { trees, ...parameters } = randomTrees(9);
  const nodes = 3;
  const next = Int32Array.from({ length: nodes }, (_, node) => (node < nodes - 1 ? node + 1 : ~0));
  const many = {
    ...parameters,
    trees: {
      ...trees,
      roots: Int32Array.of(0),
      targets: Int32Array.of(0),
      features: new Int32Array(nodes),
      thresholds: new Float64Array(nodes),
      missingLeft: new Uint8Array(nodes),
      categories: new Map<number, number[]>(),
      left: next,
      right: next,
      leafValues: Float64Array.of(1),
      leafRows: Int32Array.of(1),
    },
  };
  expect(findTreeParameters(treesToOnnx(many), parameters.signature)).toBeUndefined();
});
