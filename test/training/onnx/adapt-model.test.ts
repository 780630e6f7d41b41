import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Signature, SignatureColumn } from "../../../platform/model/signature";
import { featureTable } from "../../../platform/model/table";
import { OnnxModel } from "../../../platform/onnx/onnx-model";
import { elementTypes } from "../../../platform/onnx/onnx-messages";
import { adaptModel } from "../../../training/onnx/adapt-model";
import { toOnnx } from "../../../training/onnx/linear-graph";
import { OnnxGraph } from "../../../training/onnx/onnx-graph";

const fixtures = path.join(__dirname, "fixtures");

interface Converted {
  readonly models: Readonly<
    Record<
      string,
      {
        readonly rows: (number | string | boolean | null)[][];
        /** The library's own, before conversion. */
        readonly prediction: (number | string | boolean)[];
        readonly probability?: number[][];
      }
    >
  >;
}

let folder: string;
let converted: Converted;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "mlops-adapt-"));
  converted = JSON.parse(await readFile(path.join(fixtures, "converted.json"), "utf8")) as Converted;
});
afterAll(() => rm(folder, { recursive: true }));

const number = (name: string): SignatureColumn => ({ name, type: "number", nullable: true });
const matrix = ["a", "b", "c"].map(number);
const town: SignatureColumn = { name: "town", type: "category", nullable: false };
const smoker: SignatureColumn = { name: "smoker", type: "boolean", nullable: false };
const texts = ["dead", "alive"] as const;

function signatureOf(
  inputs: SignatureColumn[],
  classes?: readonly [string | number, string | number],
): Signature {
  return {
    task: classes ? "classification" : "regression",
    inputs,
    target: { name: "y", ...(classes && { classes }) },
  };
}

const fileOf = (name: string): Promise<Buffer> => readFile(path.join(fixtures, `${name}.onnx`));

async function open(bytes: Uint8Array, signature: Signature): Promise<OnnxModel> {
  const file = path.join(folder, "model.onnx");
  await writeFile(file, bytes);
  return OnnxModel.open(file, signature);
}

const regression = signatureOf(matrix);
const flags = signatureOf(matrix, [0, 1]);
const classes = signatureOf(matrix, texts);
const mixed = signatureOf([number("age"), number("bmi"), town, smoker], texts);

describe("a model of a converter gives what its library does", () => {
  test.each<[string, Signature]>([
    ["logistic", flags],
    ["logistic-texts", classes],
    ["logistic-tensor", classes],
    ["network", classes],
    ["forest", flags],
    ["lightgbm", flags],
    ["lightgbm-texts", classes],
    ["lightgbm-tensor", flags],
    ["xgboost", flags],
    ["linear", regression],
    ["linear-double", regression],
    ["lightgbm-regression", regression],
    ["xgboost-regression", regression],
    ["pipeline", mixed],
    // Names that the graph itself has, and those around it.
    ["logistic-texts", signatureOf(["probabilities", "/model/X", "//in/X"].map(number), texts)],
    // The positive class is the first of the model's.
    ["logistic-texts", signatureOf(matrix, ["alive", "dead"])],
    ["network", signatureOf(matrix, ["alive", "dead"])],
  ])("%s", async (name, signature) => {
    const { file, changes } = adaptModel(await fileOf(name), signature, "model.onnx");
    expect(changes).not.toEqual([]);
    const model = await open(file, signature);
    const { rows, prediction, probability } = converted.models[name] ?? { rows: [], prediction: [] };
    const named = rows.map((row) =>
      Object.fromEntries(signature.inputs.map((column, index) => [column.name, row[index] ?? null])),
    );
    const found = await model.predict(featureTable(signature, named));
    await model.close();
    const positive = [...texts].sort().indexOf((signature.target.classes?.[1] ?? "alive") as "alive");
    const column = typeof signature.target.classes?.[1] === "string" ? positive : 1;
    // Converters calculate in 32 bits, which has seven digits.
    const expected = probability?.map((both) => expect.closeTo(both[column] ?? NaN, 5) as number);
    expect(found.probability && Array.from(found.probability)).toEqual(expected);
    const values = prediction.map((value) =>
      typeof value === "string" ? value : (expect.closeTo(Number(value), 4) as number),
    );
    expect(Array.from<number | string>(found.prediction)).toEqual(values);
    expect(prediction).toHaveLength(6);
    // What was adapted is in the form of the contract.
    expect(adaptModel(file, signature, "model.onnx")).toEqual({ file, changes: [] });
  });

  test("with what was changed in words", async () => {
    expect(adaptModel(await fileOf("logistic-texts"), classes, "model.onnx").changes).toEqual([
      '"X" takes a, b, c, in this order',
      '"output_label" gives prediction',
      '"probabilities", column 1, gives probability',
    ]);
  });
});

test("a model in the form of the contract stays as it is, to the byte", () => {
  const file = toOnnx({
    signature: mixed,
    intercept: 0,
    terms: [{ kind: "boolean", column: "smoker", coefficient: 1 }],
  });
  expect(adaptModel(file, mixed, "model.onnx")).toEqual({ file, changes: [] });
});

test("bytes that are no model are left to whoever loads them", () => {
  const file = Buffer.from("<html>");
  expect(adaptModel(file, mixed, "model.onnx")).toEqual({ file, changes: [] });
});

test("a number too large for 32 bits is refused with its row, and no infinity is calculated with", async () => {
  const model = await open(adaptModel(await fileOf("linear"), regression, "model.onnx").file, regression);
  const rows = [1, 3.4e38, -3.5e38, 1e300].map((a) => ({ a, b: 0, c: 0 }));
  expect(model.findTooLarge(featureTable(regression, rows)).map(({ row, field }) => [row, field])).toEqual([
    [2, "a"],
    [3, "a"],
  ]);
  await expect(model.predict(featureTable(regression, rows))).rejects.toThrow(
    'Row 2: "a" is -3.5e+38, which is too large for the model: it calculates with 32 bits, up to 3.4e38. Correct it.',
  );
  await model.close();
});

describe("a model that cannot be taken is refused with what to do", () => {
  test.each<[string, Signature, string]>([
    [
      "logistic-columns",
      flags,
      'its outputs are "output_label", "i0", "i1": one with both probabilities per row, [N, 2], is expected, or one named "probability" with that of "1"; skl2onnx gives it without the option zipmap="columns"',
    ],
    [
      "network-tensor",
      classes,
      'it does not say which column of "probabilities" is of which class; leave skl2onnx\'s option zipmap as it is, so that it does',
    ],
    [
      "whole-numbers",
      signatureOf([number("age"), number("bmi")]),
      'input "age" is int64, which would cut 1.5 to 1: a number is double or float. Declare numbers as FloatTensorType or DoubleTensorType',
    ],
    [
      "lightgbm",
      classes,
      'its classes ("label") are no texts: the texts "dead" and "alive" are expected; fit it to them',
    ],
    [
      "lightgbm-texts",
      flags,
      'its classes ("label") are no whole numbers: 0 and 1 are expected; fit it to them',
    ],
    [
      "lightgbm-texts",
      signatureOf(matrix, ["no", "yes"]),
      'its classes are "alive", "dead": "no" and "yes" are expected; fit it to them',
    ],
    [
      "linear",
      signatureOf(matrix.slice(1)),
      'its input "X" has the shape [N, 3]: [N, 2] is expected, for b, c',
    ],
    [
      "linear",
      signatureOf([...matrix.slice(1), town]),
      'its one input "X" is of numbers, and "town" is a text. Give each feature an input of its own, named after it, and encode texts inside the model',
    ],
    [
      "pipeline",
      signatureOf([number("age"), number("bmi"), { ...town, name: "city" }, smoker], texts),
      'input "city" is missing; input "town" is not a feature. Give each feature an input of its own',
    ],
    [
      "logistic",
      regression,
      'its outputs are "output_label", "output_probability": one with a number per row is expected, or one named "prediction"',
    ],
    [
      "linear",
      flags,
      'its outputs are "variable": one with a class per row is expected, or one named "prediction"',
    ],
  ])("%s", async (name, signature, message) => {
    const file = await fileOf(name);
    expect(() => adaptModel(file, signature, "out/model.onnx")).toThrow(
      expect.objectContaining({
        code: "MODEL_INVALID",
        message: expect.stringContaining(`out/model.onnx is not as its signature says: ${message}`) as string,
      }) as Error,
    );
  });
});

test("names of features as skl2onnx writes them are found, and the model takes the features by their own", async () => {
  const names = ["mean radius (mm)", "od280/od315", "1st", "plain"];
  const graph = new OnnxGraph("/");
  // In another order than the features, as a program may have them.
  const values = ["plain", "_1st", "od280_od315", "mean_radius__mm_"].map((name) =>
    graph.input(name, "float", ["N", 1]),
  );
  const row = graph.node("Concat", values, { attributes: { axis: 1 } });
  const cast = graph.node("Cast", { input: row }, { attributes: { to: elementTypes.double } });
  const data = graph.node("Mul", { A: cast, B: graph.doubles([1000, 100, 10, 1], [1, 4]) });
  graph.node("ReduceSum", { data, axes: graph.int64s([1], [1]) }, { output: "variable" });
  graph.output("variable", "double", ["N", 1]);
  const signature = signatureOf(names.map(number));
  const { file, changes } = adaptModel(graph.encode("sum"), signature, "model.onnx");
  expect(changes).toContain('"mean_radius__mm_" takes mean radius (mm)');
  const model = await open(file, signature);
  const rows = [{ "mean radius (mm)": 1, "od280/od315": 2, "1st": 3, plain: 4 }];
  const { prediction } = await model.predict(featureTable(signature, rows));
  await model.close();
  expect([...prediction].map(Number)).toEqual([4321]);
});

test("two features that the converter would call the same are not told apart by guessing", () => {
  const graph = new OnnxGraph("/");
  const [A, B] = ["a_b", "a_b1"].map((name) => graph.input(name, "double", ["N", 1]));
  graph.node("Add", { A: A ?? "", B: B ?? "" }, { output: "variable" });
  graph.output("variable", "double", ["N", 1]);
  const signature = signatureOf(["a b", "a.b"].map(number));
  expect(() => adaptModel(graph.encode("sum"), signature, "model.onnx")).toThrow(
    /input "a b" is missing; input "a\.b" is missing; input "a_b" is not a feature/,
  );
});

test("a program's model gets the products of numbers put before it, and numbers that are used twice once", async () => {
  const also = [{ times: "b" }];
  const graph = new OnnxGraph("/");
  const [a = "", product = "", b = ""] = ["a", "a.times.b", "b"].map((name) =>
    graph.input(name, "double", ["N", 1]),
  );
  const sum = graph.node("Add", { A: a, B: b });
  graph.node("Add", { A: sum, B: product }, { output: "variable" });
  graph.output("variable", "double", ["N", 1]);
  const signature = signatureOf([{ ...number("a"), also }, number("b")]);
  const { file } = adaptModel(graph.encode("sum"), signature, "model.onnx");
  const model = await open(file, signature);
  const { prediction } = await model.predict(featureTable(signature, [{ a: 3, b: 5 }]));
  await model.close();
  expect([...prediction].map(Number)).toEqual([23]);
});
