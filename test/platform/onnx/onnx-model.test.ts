import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { OnnxModel } from "../../../platform/onnx/onnx-model";
import type { Signature } from "../../../platform/model/signature";
import { featureTable } from "../../../platform/model/table";
import type { Term } from "../../../platform/onnx/linear-parameters";
import { toMlmodel } from "../../../training/directory/mlflow-files";
import { digestOf } from "../../../platform/base/files";
import { elementTypes } from "../../../platform/onnx/onnx-messages";
import { OnnxGraph } from "../../../training/onnx/onnx-graph";
import { toOnnx } from "../../../training/onnx/linear-graph";

const signature: Signature = {
  task: "classification",
  inputs: [
    { name: "age", type: "number", nullable: true },
    { name: "port", type: "category", nullable: false },
    { name: "vip", type: "boolean", nullable: false },
  ],
  target: { name: "survived", classes: [0, 1] },
};
const terms: Term[] = [
  { kind: "number", column: "age", imputation: 30, mean: 30, scale: 10, coefficient: 1 },
  { kind: "category", column: "port", values: ["C", "S"], coefficients: [1, -1] },
  { kind: "boolean", column: "vip", coefficient: 2 },
];
const row = { age: 40, port: "C", vip: true };

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "onnx-model-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A model directory with a graph made for one signature and an MLmodel file that may say another. */
async function makeModel(
  name: string,
  said: Signature = signature,
  graph = toOnnx({ signature, intercept: 0, terms }),
) {
  const directory = path.join(folder, name);
  await mkdir(directory);
  await writeFile(path.join(directory, "model.onnx"), graph);
  const metadata = { name: "titanic", run: "run-1", signature: said };
  await writeFile(
    path.join(directory, "MLmodel"),
    toMlmodel({
      metadata,
      createdAt: "2026-11-21T00:00:00.000Z",
      onnxDigest: digestOf(graph),
      onnxSize: 1,
    }),
  );
  return directory;
}

/** A graph that gives three probabilities a row, in a shape and as what it says of it. */
function ofThreeClasses(shown: readonly (number | string)[], shape: readonly number[]): Uint8Array {
  const graph = new OnnxGraph("/");
  const columns = { age: "double", port: "string", vip: "bool" } as const;
  for (const [name, type] of Object.entries(columns)) graph.input(name, type, ["N"]);
  const age = graph.node("Reshape", { data: "age", shape: graph.int64s([-1, 1], [2]) });
  const one = graph.node("Sigmoid", { X: age });
  const label = graph.node("Greater", { A: one, B: graph.doubles([0.5], [1, 1]) });
  graph.node("Cast", { input: label }, { attributes: { to: elementTypes.int64 }, output: "prediction" });
  const all = graph.node("Concat", [one, one, one], { attributes: { axis: 1 } });
  graph.node("Reshape", { data: all, shape: graph.int64s(shape, [shape.length]) }, { output: "probability" });
  graph.output("prediction", "int64", ["N", 1]);
  graph.output("probability", "double", shown);
  return graph.encode("y");
}

test("a model that fails on rows says so, in words and not as a bug", async () => {
  // Seven rows at a time: nothing shows that before rows are given.
  const graph = new OnnxGraph("/");
  const columns = { age: "double", port: "string", vip: "bool" } as const;
  for (const [name, type] of Object.entries(columns)) graph.input(name, type, ["N"]);
  const sevens = graph.node("Reshape", { data: "age", shape: graph.int64s([-1, 7], [2]) });
  const age = graph.node("Reshape", { data: sevens, shape: graph.int64s([-1, 1], [2]) });
  graph.node("Sigmoid", { X: age }, { output: "probability" });
  graph.node("Cast", { input: age }, { attributes: { to: elementTypes.int64 }, output: "prediction" });
  graph.output("prediction", "int64", ["N", 1]);
  graph.output("probability", "double", ["N", 1]);
  const model = await OnnxModel.load(await makeModel("sevens", signature, graph.encode("y")));
  await expect(model.predict(featureTable(signature, [row, row]))).rejects.toMatchObject({
    code: "MODEL_INVALID",
    message: expect.stringMatching(
      /^The model fails on 2 rows: .*Reshape.*Correct the program that wrote it\.$/s,
    ) as string,
  });
  await model.close();
});

test("a loaded model knows its signature and gives classes as numbers with their probability", async () => {
  const model = await OnnxModel.load(await makeModel("good"));
  const rows = [row, { age: null, port: "S", vip: false }];
  const { prediction, probability } = await model.predict(featureTable(model.signature, rows));
  expect(model.signature).toEqual(signature);
  expect(prediction).toEqual(Float64Array.of(1, 0));
  expect(probability?.[0]).toBeCloseTo(1 / (1 + Math.exp(-4)), 15);
  expect(probability?.[1]).toBeCloseTo(1 / (1 + Math.exp(1)), 15);
  expect(await model.predict(featureTable(signature, []))).toEqual({
    prediction: new Float64Array(),
    probability: new Float64Array(),
  });
  await model.close();
});

test("requests at the same time do not mix", async () => {
  const model = await OnnxModel.load(await makeModel("parallel"));
  const ages = Array.from({ length: 50 }, (_, index) => index);
  const answers = await Promise.all(
    ages.map((age) => model.predict(featureTable(signature, [{ ...row, age }]))),
  );
  await model.close();
  answers.forEach(({ probability }, age) => {
    expect(probability?.[0]).toBeCloseTo(1 / (1 + Math.exp(-((age - 30) / 10 + 3))), 14);
  });
});

test("a table that lacks a feature is refused by name", async () => {
  const model = await OnnxModel.load(await makeModel("lacking"));
  const { columns } = featureTable(signature, [row]);
  const table = { rows: 1, columns: new Map([...columns].filter(([name]) => name !== "port")) };
  await expect(model.predict(table)).rejects.toThrow(
    'Feature "port" has 0 values for 1 rows. Give one value per row.',
  );
  await model.close();
});

describe("a model that cannot be used is refused, naming the file", () => {
  const graph = toOnnx({ signature, intercept: 0, terms });
  const changed = (changes: Partial<Signature>): Signature => ({ ...signature, ...changes });

  test.each<[string, Signature, Uint8Array, string]>([
    ["empty", signature, new Uint8Array(), "model.onnx is not a model that onnxruntime can load: "],
    ["truncated", signature, graph.subarray(0, 500), "model.onnx is not a model that onnxruntime can load: "],
    ["text", signature, Buffer.from("<html>"), "model.onnx is not a model that onnxruntime can load: "],
    [
      "other-inputs",
      changed({
        inputs: [
          { name: "age", type: "category", nullable: true },
          { name: "deck", type: "number", nullable: true },
        ],
      }),
      graph,
      'model.onnx is not as its signature says: input "age" is float64, not string; input "deck" is missing; input "port" is not a feature; input "vip" is not a feature. Train again',
    ],
    [
      "other-classes",
      changed({ target: { name: "survived", classes: ["no", "yes"] } }),
      graph,
      'model.onnx is not as its signature says: output "prediction" is int64, not string. Train again',
    ],
    [
      "other-task",
      changed({ task: "regression", target: { name: "survived" } }),
      graph,
      'output "prediction" is int64, not float64',
    ],
    [
      "no-probability",
      signature,
      toOnnx({ signature: { ...signature, task: "regression", target: { name: "y" } }, intercept: 0, terms }),
      'output "prediction" is float64, not int64; output "probability" is missing',
    ],
  ])("%s", async (name, said, bytes, message) => {
    const directory = await makeModel(name, said, bytes);
    const outcome = OnnxModel.load(directory);
    await expect(outcome).rejects.toMatchObject({ code: "MODEL_INVALID" });
    await expect(outcome).rejects.toThrow(`${directory}${path.sep}`);
    await expect(outcome).rejects.toThrow(message);
  });

  test.each<[string, (number | string)[], number[]]>([
    ["three", ["N", 3], [-1, 3]],
    ["as many as there are classes", ["N", "classes"], [-1, 3]],
  ])("probabilities of three classes, %s a row", async (_, shown, shape) => {
    const directory = await makeModel(`three-${shown[1]}`, signature, ofThreeClasses(shown, shape));
    await expect(OnnxModel.load(directory)).rejects.toThrow(
      `output "probability" has the shape [N, 3], not [N, 1] or [N] (that of the positive of two classes)`,
    );
  });

  test("probabilities of three classes in a row of them all, once it answers", async () => {
    const model = await OnnxModel.load(await makeModel("flat", signature, ofThreeClasses(["M"], [-1])));
    const outcome = model.predict(featureTable(signature, [row, row]));
    await expect(outcome).rejects.toMatchObject({
      code: "MODEL_INVALID",
      message:
        "The model answered 6 probabilities for 2 rows. It has to give one per row; a classification's probability is that of the positive of its two classes. Correct the program that wrote it.",
    });
    await model.close();
  });

  test("missing", async () => {
    const directory = await makeModel("missing");
    await rm(path.join(directory, "model.onnx"));
    await expect(OnnxModel.load(directory)).rejects.toThrow(
      `${path.join(directory, "model.onnx")} does not exist. A model directory holds its model in that file. Train again, or restore the directory.`,
    );
  });
});
