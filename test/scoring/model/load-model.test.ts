import { readFile, rm, writeFile } from "node:fs/promises";
import { LinearModel } from "../../../platform/onnx/linear-model";
import { OnnxModel } from "../../../platform/onnx/onnx-model";
import { TreeModel } from "../../../platform/onnx/tree-model";
import { loadScoringModel } from "../../../scoring/model/load-model";
import { toOnnx } from "../../../training/onnx/linear-graph";
import { treesToOnnx } from "../../../training/onnx/tree-graph";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";
import { signature, writeColourModel, writeCostModel } from "../model-fixture";

const emptyColumns = new Map(signature.inputs.map(({ name }) => [name, new Float64Array()]));

const temporary = useTemporaryFolder();

test.each([
  ["regression", writeCostModel],
  ["classification", writeColourModel],
])("a linear %s is evaluated without the ONNX runtime", async (_, write) => {
  await write(temporary("model"));
  expect(await loadScoringModel(temporary("model"))).toBeInstanceOf(LinearModel);
});

test("a model that does not give its golden rows' numbers is refused, with the row and both numbers", async () => {
  await writeCostModel(temporary("model"));
  const file = temporary("model", "golden.json");
  const golden = JSON.parse(await readFile(file, "utf8")) as { predictions: number[] };
  const [value = NaN] = golden.predictions;
  for (const [wrong, refused] of [
    [value * (1 + 1e-7), true],
    [value * (1 + 1e-11), false],
  ] as const) {
    await writeFile(file, JSON.stringify({ ...golden, predictions: [wrong] }));
    const loading = loadScoringModel(temporary("model"));
    if (refused)
      await expect(loading).rejects.toThrow(`predicts ${value} for row 1 of golden.json, which has ${wrong}`);
    else await expect(loading).resolves.toBeInstanceOf(LinearModel);
  }
});

/** A tree that asks whether the age is above 30; the golden row's is 40. */
function stump(older: number): Uint8Array {
  return treesToOnnx({
    signature,
    link: "identity",
    bases: [1],
    features: signature.inputs.map(({ name, type }) => ({
      column: name,
      ...(type === "category" && { values: ["south"] }),
    })),
    trees: {
      roots: Int32Array.of(0),
      targets: Int32Array.of(0),
      features: Int32Array.of(0),
      thresholds: Float64Array.of(30),
      categories: new Map(),
      missingLeft: Uint8Array.of(0),
      left: Int32Array.of(~0),
      right: Int32Array.of(~1),
      leafValues: Float64Array.of(-1, older),
      leafRows: Int32Array.of(10, 30),
    },
  });
}

test("trees are evaluated without the ONNX runtime where they give the golden rows' numbers, and refused otherwise", async () => {
  await writeCostModel(temporary("model"));
  const golden = JSON.parse(await readFile(temporary("model", "golden.json"), "utf8")) as {
    predictions: number[];
  };
  const [value = NaN] = golden.predictions;
  await writeFile(temporary("model", "model.onnx"), stump(value - 1));
  const model = await loadScoringModel(temporary("model"));
  expect(model).toBeInstanceOf(TreeModel);
  // (10 × -1 + 30 × (value - 1)) / 40 rows, and the base.
  const { base } = (model as TreeModel).explain({ rows: 0, columns: emptyColumns });
  expect(base).toBeCloseTo(0.75 * value, 9);
  await writeFile(temporary("model", "model.onnx"), stump(value - 1.001));
  await expect(loadScoringModel(temporary("model"))).rejects.toThrow("for row 1 of golden.json");
});

test("another model's file in the directory is refused", async () => {
  await writeCostModel(temporary("model"));
  await writeCostModel(temporary("other"), 1);
  await writeFile(temporary("model", "model.onnx"), await readFile(temporary("other", "model.onnx")));
  await expect(loadScoringModel(temporary("model"))).rejects.toMatchObject({ code: "MODEL_INVALID" });
});

test("a model that is not as our trainers write it is left to the ONNX runtime", async () => {
  await writeCostModel(temporary("model"));
  const bytes = Buffer.from(await readFile(temporary("model", "model.onnx")));
  const at = bytes.indexOf("\x03Sub");
  bytes.write("\x03Add", at, "latin1");
  await writeFile(temporary("model", "model.onnx"), bytes);
  const model = await loadScoringModel(temporary("model"));
  expect(model).toBeInstanceOf(OnnxModel);
  expect("explain" in model).toBe(false);
  await (model as OnnxModel).close();
});

test.each([
  ["is missing", (file: string) => rm(file), /model\.onnx does not exist/],
  [
    "is corrupt",
    (file: string) => writeFile(file, "no model"),
    /model\.onnx is not a model that onnxruntime can load/,
  ],
  [
    "has another feature",
    (file: string) => {
      const inputs = signature.inputs.map((column) => ({
        ...column,
        name: column.name === "age" ? "years" : column.name,
      }));
      const other = { ...signature, inputs };
      const terms = [{ kind: "number", column: "years", mean: 0, scale: 1, coefficient: 1 }] as const;
      return writeFile(file, toOnnx({ signature: other, intercept: 0, terms }));
    },
    /model\.onnx is not as its signature says: input "age" is missing/,
  ],
])("a file that %s is refused with its name", async (_, change, message) => {
  await writeCostModel(temporary("model"));
  await change(temporary("model", "model.onnx"));
  await expect(loadScoringModel(temporary("model"))).rejects.toThrow(message);
});
