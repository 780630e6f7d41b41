import { writeFile } from "node:fs/promises";
import { LinearModel } from "../../../platform/onnx/linear-model";
import { findLinearParameters } from "../../../platform/onnx/find-linear-parameters";
import { OnnxModel } from "../../../platform/onnx/onnx-model";
import { featureTable } from "../../../platform/model/table";
import { toOnnx } from "../../../training/onnx/linear-graph";
import { useTemporaryFolder } from "../base/temporary-folder";
import { randomModel, randomNumbers, randomRow, targets } from "./random-model";

const temporary = useTemporaryFolder();

test.each(targets)(
  "%s is read out of its file whole, and answers as the ONNX runtime does",
  async (_, target) => {
    const random = randomNumbers(17);
    for (let round = 0; round < 25; round++) {
      const parameters = randomModel(random, target);
      const { signature } = parameters;
      const bytes = toOnnx(parameters);
      const found = findLinearParameters(bytes, signature);
      expect(found).toEqual(parameters);
      const file = temporary(`model-${round}.onnx`);
      await writeFile(file, bytes);
      const onnx = await OnnxModel.open(file, signature);
      const table = featureTable(
        signature,
        Array.from({ length: 20 }, () => randomRow(random, signature)),
      );
      const expected = await onnx.predict(table);
      const actual = new LinearModel(parameters).predict(table);
      const [wanted, given] = [
        expected.probability ?? expected.prediction,
        actual.probability ?? actual.prediction,
      ];
      wanted.forEach((value, row) => {
        expect(Math.abs(Number(given[row]) - Number(value))).toBeLessThanOrEqual(
          1e-12 * Math.max(1, Math.abs(Number(value))),
        );
      });
      if (signature.task === "classification") expect(actual.prediction).toEqual(expected.prediction);
      await onnx.close();
    }
  },
);

test("contributions and base add up to the prediction, or its log-odds", () => {
  const random = randomNumbers(3);
  for (const [, target] of targets) {
    const parameters = randomModel(random, target);
    const { signature } = parameters;
    const model = new LinearModel(parameters);
    const table = featureTable(
      signature,
      Array.from({ length: 50 }, () => randomRow(random, signature)),
    );
    const { features, contributions, scale, ...explained } = model.explain(table);
    const base = Number(explained.base);
    const { prediction, probability } = model.predict(table);
    expect(features).toEqual(signature.inputs.map(({ name }) => name));
    for (let row = 0; row < table.rows; row++) {
      const own = contributions.slice(row * features.length, (row + 1) * features.length);
      const sum = own.reduce((total, part) => total + part, base);
      const expected = Number((probability ?? prediction)[row]);
      const actual = scale === "prediction" ? sum : 1 / (1 + Math.exp(-sum));
      expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(expected)));
    }
  }
});

test("rows without a finite prediction are named with their largest number, and no others", () => {
  const inputs = ["a", "b"].map((name) => ({ name, type: "number" as const, nullable: false }));
  const model = new LinearModel({
    signature: { task: "regression", inputs, target: { name: "y" } },
    intercept: 0,
    terms: inputs.map(({ name: column }) => ({ kind: "number", column, mean: 0, scale: 1, coefficient: 2 })),
  });
  const columns = new Map([
    ["a", new Float64Array([1, 1e308, 2])],
    ["b", new Float64Array([1, 5, 1.5e308])],
  ]);
  expect(model.findTooLarge({ rows: 3, columns }).map(({ row, field }) => [row, field])).toEqual([
    [1, "a"],
    [2, "b"],
  ]);
});
