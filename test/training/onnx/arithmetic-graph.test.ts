import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseTime } from "../../../platform/base/iso-time";
import { loadData } from "../../../platform/data/source";
import { dateNumbers, type DatePart } from "../../../platform/definition/date-parts";
import { everyDatePart } from "../../platform/definition/every-date-part";
import { parseModelDefinition } from "../../../platform/definition/definition";
import { withColumnNumbers as withNumbersInTable } from "../../../platform/model/fitted-inputs";
import { signatureOf, type Signature } from "../../../platform/model/signature";
import { featureTable } from "../../../platform/model/table";
import { findLinearParameters } from "../../../platform/onnx/find-linear-parameters";
import { loadOnnxRuntime } from "../../../platform/onnx/onnx-runtime";
import { identifier, literal, type SqlEngine, type SqlRow } from "../../../platform/sql/engine";
import { openEngine } from "../../../platform/sql/open-engine";
import { withColumnNumbers as withNumbersInSql } from "../../../platform/sql/with-column-numbers";
import { withColumnNumbers as withNumbersInGraph } from "../../../training/onnx/arithmetic-graph";
import { toOnnx } from "../../../training/onnx/linear-graph";
import { OnnxGraph } from "../../../training/onnx/onnx-graph";

let folder = "";
let engine: SqlEngine;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "dates-"));
  engine = await openEngine();
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

const definition = parseModelDefinition(
  {
    name: "dated",
    task: "regression",
    data: "data.csv",
    columns: [
      { name: "at", type: "date", parts: everyDatePart },
      { name: "signed", type: "date", parts: ["month"] },
      { name: "y", type: "number", role: "target" },
    ],
    trainer: { kind: "ridge", alpha: 1 },
    gate: { metric: "rmse" },
  },
  "the test's definition",
);

/** Leap days, ends of years, a time zone that changes the year, a moment before 1970, and a second with a fraction. */
const moments = [
  "2024-02-29",
  "2024-02-28T23:59:59Z",
  "2024-03-01T00:00:00+14:00",
  "2000-02-29 06:30",
  "2100-02-28T23:59:59",
  "2100-03-01",
  "2025-12-31T23:59:59.999999Z",
  "2026-01-01",
  "2026-01-01T00:30:00+02:00",
  "2025-12-31T22:00:00-05:00",
  "1969-12-31T23:59:59Z",
  "1900-01-01",
];
const names = dateNumbers({ name: "at", parts: everyDatePart }).map(({ name }) => name);

async function asTrained(): Promise<Float64Array[]> {
  const file = path.join(folder, "moments.csv");
  await writeFile(file, ["at,signed,y", ...moments.map((at) => `${at},2019-07-01T10:00:00Z,1`)].join("\n"));
  await loadData(engine, definition, file);
  const blocks = [];
  for await (const block of engine.blocks(
    names.map(identifier),
    withNumbersInSql("data", definition.columns),
  )) {
    blocks.push(block.map((values) => Float64Array.from(values)));
  }
  expect(blocks).toHaveLength(1);
  return blocks[0] ?? [];
}

const rows = moments.map((at): SqlRow => ({ at, signed: "2019-07-01T10:00:00Z" }));

async function asInGraph(): Promise<Float64Array[]> {
  const { inputs } = signatureOf(definition);
  const graph = new OnnxGraph("/");
  const dates = inputs.filter(({ type }) => type === "date").map(({ name }) => name);
  const columns = dates.map((name) => [name, graph.input(name, "double", ["N", 1])] as const);
  const made = withNumbersInGraph(graph, { inputs }, new Map(columns));
  names.forEach((name) => {
    graph.node("Identity", { input: made.get(name) ?? "" }, { output: name });
    graph.output(name, "double", ["N", 1]);
  });
  const runtime = loadOnnxRuntime();
  const session = await runtime.InferenceSession.create(graph.encode("dates"));
  const tensor = (texts: readonly string[]) =>
    new runtime.Tensor(
      "float64",
      Float64Array.from(texts, (text) => parseTime(text) ?? NaN),
      [texts.length, 1],
    );
  const answers = await session.run({
    at: tensor(moments),
    signed: tensor(moments.map(() => "2019-07-01T10:00:00Z")),
  });
  await session.release();
  return names.map((name) => answers[name]?.data as Float64Array);
}

test("training, a service and model.onnx make the same numbers of a date", async () => {
  const signature = signatureOf(definition);
  const served = withNumbersInTable(signature, featureTable(signature, rows)).columns;
  const [trained, inGraph] = [await asTrained(), await asInGraph()];
  names.forEach((name, index) => {
    const expected = Array.from(served.get(name) as Float64Array);
    const isExact = !name.includes("Cycle");
    for (const other of [trained[index], inGraph[index]]) {
      expect([name, Array.from(other ?? [])]).toEqual([
        name,
        isExact ? expected : expected.map((value): unknown => expect.closeTo(value, 14)),
      ]);
    }
  });
  expect(Array.from(served.get("at.year") as Float64Array)).toEqual([
    2024, 2024, 2024, 2000, 2100, 2100, 2025, 2026, 2025, 2026, 1969, 1900,
  ]);
});

test("the rank of a category is the same in training, a service and model.onnx, and another text has none", async () => {
  const input = { name: "size", type: "category", nullable: true, encoding: "rank" } as const;
  const values = ["s", "m'", 'l"', "ä"];
  const signature: Signature = {
    task: "regression",
    inputs: [{ ...input, values, outside: "warn" }],
    target: { name: "y" },
  };
  const sizes = ["ä", "s", "xl", null, 'l"', "m'", "S"];
  const expected = [3, 0, NaN, NaN, 2, 1, NaN];
  const served = withNumbersInTable(
    signature,
    featureTable(
      signature,
      sizes.map((size) => ({ size })),
    ),
  );
  expect(Array.from(served.columns.get("size.rank") as Float64Array)).toEqual(expected);
  await engine.run("CREATE TABLE sizes (place INTEGER, size VARCHAR)");
  for (const [place, size] of sizes.entries())
    await engine.run(`INSERT INTO sizes VALUES (${place}, ${size === null ? "NULL" : literal(size)})`);
  const from = withNumbersInSql("sizes", signature.inputs);
  const rows = await engine.rows(`SELECT "size.rank" AS r FROM ${from} ORDER BY place`);
  expect(rows.map(({ r }) => (r === null ? NaN : r))).toEqual(expected);
  const graph = new OnnxGraph("/");
  const made = withNumbersInGraph(
    graph,
    signature,
    new Map([["size", graph.input("size", "string", ["N", 1])]]),
  );
  graph.node("Identity", { input: made.get("size.rank") ?? "" }, { output: "rank" });
  graph.output("rank", "double", ["N", 1]);
  const runtime = loadOnnxRuntime();
  const session = await runtime.InferenceSession.create(graph.encode("ranks"));
  const texts = sizes.map((size) => size ?? "");
  const { rank } = await session.run({ size: new runtime.Tensor("string", texts, [texts.length, 1]) });
  await session.release();
  expect(Array.from(rank?.data as Float64Array)).toEqual(expected);
});

test("a graph with other parts than the signature has is none of ours", () => {
  const signatureWith = (part: DatePart): Signature => ({
    task: "regression",
    inputs: [{ name: "at", type: "date", nullable: false, parts: [part] }],
    target: { name: "y" },
  });
  const made = (part: "month" | "day") =>
    toOnnx({
      signature: signatureWith(part),
      intercept: 1,
      terms: [{ kind: "number", column: `at.${part}`, mean: 0, scale: 1, coefficient: 2 }],
    });
  expect(findLinearParameters(made("month"), signatureWith("month"))?.terms).toHaveLength(1);
  expect(findLinearParameters(made("day"), signatureWith("month"))).toBeUndefined();
  expect(findLinearParameters(made("month"), signatureWith("dayCycle"))).toBeUndefined();
});
