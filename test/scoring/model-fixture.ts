import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Signature } from "../../platform/model/signature";
import type { LinearParameters } from "../../platform/onnx/linear-parameters";
import { toOnnx } from "../../training/onnx/linear-graph";

/** A feature of each type, two of them nullable. */
export const signature: Signature = {
  task: "regression",
  inputs: [
    { name: "age", type: "number", nullable: false, unit: "years" },
    { name: "bmi", type: "number", nullable: true },
    { name: "smoker", type: "boolean", nullable: false },
    { name: "region", type: "category", nullable: true, values: ["north", "south"] },
    { name: "town", type: "category", nullable: false },
  ],
  target: { name: "cost" },
};

const terms: LinearParameters["terms"] = [
  { kind: "number", column: "age", mean: 0, scale: 1, coefficient: 2 },
  { kind: "number", column: "bmi", imputation: 30, mean: 0, scale: 1, coefficient: 1 },
  { kind: "boolean", column: "smoker", coefficient: 100 },
  {
    kind: "category",
    column: "region",
    values: ["north", "south"],
    coefficients: [0, 10],
    imputation: "north",
  },
  { kind: "category", column: "town", values: ["Aa"], coefficients: [0.5] },
];

/** cost = intercept + 2 age + bmi (30 when missing) + 100 if smoker + 10 if south + 0.5 if Aa. */
export function costOf(
  row: { age: number; bmi: number | null; smoker: boolean; region: string | null; town: string },
  intercept = 0,
): number {
  const { age, bmi, smoker, region, town } = row;
  return (
    intercept +
    2 * age +
    (bmi ?? 30) +
    (smoker ? 100 : 0) +
    (region === "south" ? 10 : 0) +
    (town === "Aa" ? 0.5 : 0)
  );
}

export const row = { age: 40, bmi: 25, smoker: true, region: "south", town: "Aa" };

const classification: Signature = {
  task: "classification",
  inputs: [{ name: "x", type: "number", nullable: false }],
  target: { name: "colour", classes: ["blue", "red"] },
};

async function writeDirectory(
  directory: string,
  { model, golden }: { model: LinearParameters; golden: { row: object; prediction: number | string } },
): Promise<void> {
  await mkdir(directory, { recursive: true });
  const metadata = { mlops: { name: "cost", run: "run-1", signature: model.signature } };
  // JSON is YAML.
  await writeFile(path.join(directory, "MLmodel"), JSON.stringify({ metadata }));
  await writeFile(path.join(directory, "model.onnx"), toOnnx(model));
  const rows = { rows: [golden.row], predictions: [golden.prediction], tolerance: 1e-9 };
  await writeFile(path.join(directory, "golden.json"), JSON.stringify(rows));
}

/** Writes the model directory of the cost model; other intercepts make other versions of it. */
export async function writeCostModel(directory: string, intercept = 0): Promise<void> {
  const model: LinearParameters = { signature, intercept, terms };
  await writeDirectory(directory, { model, golden: { row, prediction: costOf(row, intercept) } });
}

/** Writes a model directory that tells "red" (x > 0) from "blue", with the probability 1 / (1 + exp(-x)). */
export async function writeColourModel(directory: string): Promise<void> {
  const model: LinearParameters = {
    signature: classification,
    intercept: 0,
    terms: [{ kind: "number", column: "x", mean: 0, scale: 1, coefficient: 1 }],
  };
  await writeDirectory(directory, { model, golden: { row: { x: 1 }, prediction: "red" } });
}
