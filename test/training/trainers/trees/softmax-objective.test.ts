import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { featureTable } from "../../../../platform/model/table";
import { findTreeParameters } from "../../../../platform/onnx/find-tree-parameters";
import { OnnxModel } from "../../../../platform/onnx/onnx-model";
import { TreeModel } from "../../../../platform/onnx/tree-model";
import { fitModel } from "../../../../training/trainers/trainers";
import { openClasses } from "../fixtures/class-data";

interface Case {
  readonly data: "iris" | "wine" | "digits";
  readonly trees: number;
  readonly probabilities: readonly (readonly number[])[];
}

const reference = JSON.parse(readFileSync(path.join(__dirname, "../../reference/classes.json"), "utf8")) as {
  trees: Case[];
};

// The same trees: what is left is the rounding of sums, in 32 bits of derivatives.
test.each(reference.trees)(
  "trees of $data are scikit-learn's, and those of the file that the runtime reads",
  async ({ data, trees: count, probabilities }) => {
    const given = await openClasses(data, { kind: "boosted-trees", maxTrees: count, earlyStoppingTrees: 0 });
    const { trees, onnx } = await fitModel({
      ...given,
      from: "data",
      commandDirectory: ".",
      workDirectory: "unused",
    });
    const rows = await given.engine.rows("SELECT * FROM data ORDER BY _row");
    await given.engine.close();
    if (!trees) throw new Error("There are no trees.");
    const table = featureTable(
      trees.signature,
      rows.filter((_, row) => row % 5 === 0),
    );
    const model = new TreeModel(trees);
    const own = model.predict(table);
    const expected = probabilities.flat();
    expect(own.probabilities).toHaveLength(expected.length);
    own.probabilities?.forEach((value, index) => {
      expect(Math.abs(value - (expected[index] ?? NaN))).toBeLessThan(1e-6);
    });
    expect(findTreeParameters(onnx, trees.signature)).toEqual(trees);
    const folder = mkdtempSync(path.join(tmpdir(), "classes-"));
    writeFileSync(path.join(folder, "model.onnx"), onnx);
    const served = await OnnxModel.open(path.join(folder, "model.onnx"), trees.signature);
    const { prediction, probabilities: byRuntime } = await served.predict(table);
    await served.close();
    rmSync(folder, { recursive: true });
    expect(prediction).toEqual(own.prediction);
    byRuntime?.forEach((value, index) => expect(value).toBeCloseTo(own.probabilities?.[index] ?? NaN, 12));
    const { base, contributions, scale } = model.explain(table);
    const bases = typeof base === "number" ? [] : base;
    const width = trees.signature.inputs.length;
    const logits = bases.map((start, name) =>
      Array.from(
        { length: width },
        (_, feature) => contributions[feature * bases.length + name] ?? NaN,
      ).reduce((sum, value) => sum + value, start),
    );
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    expect(scale).toBe("logits");
    logits.forEach((logit, name) => {
      expect(Math.exp(logit) / total).toBeCloseTo(own.probabilities?.[name] ?? NaN, 9);
    });
  },
);
