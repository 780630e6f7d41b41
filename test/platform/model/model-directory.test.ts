import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  readGoldenRows,
  readLineage,
  readModelMetadata,
  readModelMetrics,
  readReference,
} from "../../../platform/model/model-directory";
import type { Signature } from "../../../platform/model/signature";
import { digestOf } from "../../../platform/base/files";
import { toMlmodel } from "../../../training/directory/mlflow-files";

const digest = "0".repeat(64);
const signature = {
  task: "classification",
  inputs: [{ name: "port", type: "category", nullable: true, values: ["C", "S"] }],
  target: { name: "survived", classes: [0, 1] },
};
const metadata = { name: "titanic", run: "run-1", signature };
const golden = { rows: [{ port: null }], predictions: [1], probabilities: [0.75], tolerance: 1e-9 };
const metrics = {
  heldOut: { rows: 10, metrics: { auc: 0.8 } },
  training: { rows: 40, metrics: {} },
};
const numbers = { type: "number", count: 1, missing: 0, edges: [], counts: [1] };
const reference = {
  rows: 1,
  columns: { age: numbers, port: { type: "category", count: 1, missing: 0, values: { S: 1 }, other: 0 } },
  prediction: numbers,
};
const lineage = {
  model: "titanic",
  run: "run-1",
  createdAt: "2026-11-21T00:00:00.000Z",
  data: { source: "data.csv", digest, rows: 50, trainingRows: 40, heldOutRows: 10 },
  code: { commit: "abc" },
  definitionDigest: digest,
  parameters: { kind: "logistic", l2: 1 },
  seed: 1,
  tools: { node: "20", duckdb: "1", onnxruntime: "1", platform: "0" },
};

const readers: Record<string, (directory: string) => Promise<unknown>> = {
  MLmodel: readModelMetadata,
  "golden.json": readGoldenRows,
  "metrics.json": readModelMetrics,
  "reference.json": readReference,
  "lineage.json": readLineage,
};

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "model-directory-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function read(file: string, content: string): Promise<unknown> {
  await writeFile(path.join(folder, file), content);
  return readers[file]?.(folder);
}

// JSON is YAML, so that MLmodel may be written as the others.
test.each<[string, unknown, unknown]>([
  ["MLmodel", { flavors: {}, metadata: { mlops: metadata } }, metadata],
  ["golden.json", golden, golden],
  ["metrics.json", metrics, metrics],
  ["reference.json", reference, reference],
  ["lineage.json", lineage, lineage],
])("%s is read as it was written", async (file, written, expected) => {
  expect(await read(file, JSON.stringify(written))).toEqual(expected);
});

test("a profile keeps every text that is a category, and counts nothing else", async () => {
  const port = JSON.parse(
    '{ "type": "category", "count": 3, "missing": 0, "values": { "__proto__": 2, "toString": 1 }, "other": 0 }',
  ) as object;
  const profile = { ...reference, columns: { port } };
  expect(JSON.stringify(await read("reference.json", JSON.stringify(profile)))).toBe(JSON.stringify(profile));
  const wrong = { ...reference, columns: { port: { ...port, values: { S: -1 } } } };
  await expect(read("reference.json", JSON.stringify(wrong))).rejects.toThrow("expected counts by text");
});

test("a signature keeps texts that look like other values", async () => {
  const values = [
    "no",
    "YES",
    "1_000",
    "0o7",
    "12:30:45",
    "2026-11-21",
    "1e5",
    "null",
    "~",
    "",
    " a: b # 'c' \"d\"\n",
  ];
  const said: Signature = {
    task: "classification",
    inputs: [{ name: "no", type: "category", nullable: false, values }],
    target: { name: "y", classes: ["off", "on"] },
  };
  const facts = { createdAt: "2026-11-21T00:00:00.000Z", onnxDigest: digestOf(""), onnxSize: 0 };
  const written = toMlmodel({ metadata: { ...metadata, run: "12e3", signature: said }, ...facts });
  expect(await read("MLmodel", written)).toEqual({ name: "titanic", run: "12e3", signature: said });
});

test.each<[string, string, string]>([
  ["MLmodel", "a: [", "it is not YAML"],
  ["MLmodel", "flavors: {}", "metadata: Invalid input: expected object, received undefined"],
  ["golden.json", "{", "it is not JSON"],
  ["golden.json", "[]", "the file: Invalid input: expected object, received array"],
  [
    "golden.json",
    JSON.stringify({ ...golden, predictions: [] }),
    "the file: rows, predictions and probabilities differ in number",
  ],
  [
    "metrics.json",
    JSON.stringify({ ...metrics, heldOut: { rows: -1, metrics: { auk: 1 } } }),
    "heldOut.rows: Too small",
  ],
  [
    "reference.json",
    JSON.stringify({ ...reference, rows: "1" }),
    "rows: Invalid input: expected number, received string",
  ],
  [
    "lineage.json",
    JSON.stringify({ ...lineage, definitionDigest: "1" }),
    "definitionDigest: is no SHA-256 digest",
  ],
])("a corrupt %s is named with its fault: %s", async (file, content, fault) => {
  const outcome = read(file, content);
  await expect(outcome).rejects.toMatchObject({ code: "MODEL_INVALID" });
  await expect(outcome).rejects.toThrow(`${path.join(folder, file)} is corrupt: `);
  await expect(outcome).rejects.toThrow(fault);
  await expect(outcome).rejects.toThrow("Train again, or restore the file.");
});

test.each(Object.entries(readers))("a missing %s is named", async (file, reader) => {
  await expect(reader(folder)).rejects.toThrow(
    `${path.join(folder, file)} does not exist. A model directory has that file. Train again, or restore the directory.`,
  );
});
