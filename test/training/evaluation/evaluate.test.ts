import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ModelDefinition, ModelDefinitionInput } from "../../../platform/definition/definition";
import { OnnxModel } from "../../../platform/onnx/onnx-model";
import { signatureOf } from "../../../platform/model/signature";
import type { SqlEngine } from "../../../platform/sql/engine";
import { evaluate, findIncompatibility, type EvaluationResult } from "../../../training/evaluation/evaluate";
import { fitLinearModel } from "../trainers/fit-linear-model";
import { elementTypes } from "../../../platform/onnx/onnx-messages";
import { OnnxGraph } from "../../../training/onnx/onnx-graph";
import { toOnnx } from "../../../training/onnx/linear-graph";
import { predictionSql } from "../../../training/evaluation/predict-sql";
import { measureCurves } from "../../../platform/metrics/measure-curves";
import { rowsOf, scoreRows, scoreLinearRows } from "../../../training/evaluation/score-rows";
import { groupNames, sliceGroups } from "../../../training/evaluation/slices";
import { definitionOf, openRows } from "../trainers/rows";
import { openShippedData, shippedDefinition } from "../shipped-data";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "evaluate-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Fits on the training rows and opens the model. */
async function fitted(engine: SqlEngine, definition: ModelDefinition, name: string): Promise<OnnxModel> {
  const linear = await fitLinearModel(engine, definition, rowsOf("training"));
  const file = path.join(folder, `${name}.onnx`);
  await writeFile(file, toOnnx(linear));
  return OnnxModel.open(file, linear.signature);
}

describe("the evaluation of titanic", () => {
  const definition = shippedDefinition("titanic");
  let engine: SqlEngine;
  let result: EvaluationResult;

  beforeAll(async () => {
    engine = await openShippedData(definition);
    const candidate = await fitted(engine, definition, "candidate");
    const fewer = shippedDefinition("titanic", {
      columns: definition.columns.filter(({ name }) => name !== "sex"),
      gate: { metric: "auc" },
    });
    const champion = await fitted(engine, fewer, "champion");
    result = await evaluate({
      engine,
      definition,
      candidate,
      champion: { model: "titanic:1", onnx: champion },
    });
    await candidate.close();
    await champion.close();
  });

  afterAll(() => engine.close());

  test("scores candidate and champion on the same held-out rows, in file order", async () => {
    const rows = await engine.rows("SELECT survived FROM data WHERE _held_out ORDER BY _row");
    expect(rows).toHaveLength(261);
    const actual = rows.map(({ survived }) => (survived === true ? 1 : 0));
    expect(Array.from(result.candidate.actual)).toEqual(actual);
    expect(Array.from(result.champion?.rows?.actual ?? [])).toEqual(actual);
    expect(result.champion?.incompatible).toBeUndefined();
  });

  test("has the metrics of both; the one that knows the sex is better", () => {
    const { candidate, champion, rows, task } = result.evaluation;
    expect({ rows, task }).toEqual({ rows: 261, task: "classification" });
    expect(champion?.model).toBe("titanic:1");
    expect(candidate.metrics.auc).toBeGreaterThan((champion?.metrics.auc ?? NaN) + 0.05);
  });

  test("keeps the scores for plots", () => {
    const { curves, sample } = result.evaluation;
    expect(sample).toBeUndefined();
    expect(curves?.candidate).toEqual(measureCurves(result.candidate));
    expect(curves?.champion?.roc?.length).toBeGreaterThan(10);
  });

  test("has the group of every held-out row", async () => {
    const rows = await engine.rows("SELECT sex FROM data WHERE _held_out ORDER BY _row");
    expect(result.slices).toEqual([{ column: "sex", groups: rows.map(({ sex }) => sex) }]);
  });
});

test("a regression keeps rows from the whole file for plots, 2,000 of them", async () => {
  const definition = definitionOf(
    [
      { name: "x", type: "number" },
      { name: "y", type: "number", role: "target" },
    ],
    { kind: "ridge", alpha: 1 },
  );
  const engine = await openRows(
    definition,
    Array.from({ length: 15_000 }, (_, row) => ({ x: row, y: row })),
  );
  const onnx = await fitted(engine, definition, "sorted");
  const champion = { model: "small:1", onnx };
  const { sample, curves } = (await evaluate({ engine, definition, candidate: onnx, champion })).evaluation;
  expect(curves).toBeUndefined();
  expect(sample?.actual).toHaveLength(2000);
  // Every fifth row from the fifth on is held out.
  expect([sample?.actual[0], sample?.actual.at(-1)]).toEqual([4, 14_999]);
  expect(sample?.candidate[1999]).toBeCloseTo(14_999, -1);
  expect(sample?.champion).toEqual(sample?.candidate);
  await Promise.all([onnx.close(), engine.close()]);
});

test("a column of weights counts in the metrics of candidate and champion", async () => {
  const columns: ModelDefinitionInput["columns"] = [
    { name: "x", type: "number" },
    { name: "w", type: "number", role: "weight" },
    { name: "y", type: "number", role: "target" },
  ];
  const definition = definitionOf(columns, { kind: "ridge", alpha: 1 });
  const rows = Array.from({ length: 20 }, (_, index) => ({
    x: index,
    w: index % 7,
    y: (index * index) % 11,
  }));
  const engine = await openRows(definition, rows);
  const onnx = await fitted(engine, definition, "weighted");
  const { candidate, champion, evaluation } = await evaluate({
    engine,
    definition,
    candidate: onnx,
    champion: { model: "small:1", onnx },
  });
  const heldOut = rows.filter((_, index) => (index + 1) % 5 === 0);
  const weights = heldOut.map(({ w }) => w);
  expect(Array.from(candidate.weights ?? [])).toEqual(weights);
  expect(champion?.rows?.weights).toEqual(candidate.weights);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const error = heldOut.reduce(
    (sum, { w, y }, row) => sum + w * Math.abs((candidate.predicted[row] ?? NaN) - y),
    0,
  );
  expect(evaluation.candidate.metrics.mae).toBeCloseTo(error / total, 12);
  expect(evaluation.champion?.metrics).toEqual(evaluation.candidate.metrics);
  // Predictions by the parameters come with the same weights.
  const linear = await fitLinearModel(engine, definition, rowsOf("training"));
  const byParameters = await scoreLinearRows(engine, definition, { linear, from: rowsOf("held-out") });
  expect(byParameters.weights).toEqual(candidate.weights);
  await onnx.close();
  await engine.close();
});

test("a champion whose columns differ is not scored, and says which", async () => {
  const definition = shippedDefinition("diabetes");
  const engine = await openShippedData(definition);
  const candidate = await fitted(engine, definition, "same");
  const without = shippedDefinition("diabetes", {
    columns: definition.columns.filter(({ name }) => name !== "bmi"),
  });
  const result = await evaluate({
    engine,
    definition: without,
    candidate: await fitted(engine, without, "without"),
    champion: { model: "diabetes:4", onnx: candidate },
  });
  await engine.close();
  expect(result.champion).toEqual({
    model: "diabetes:4",
    incompatible: 'it needs the column "bmi", which the definition no longer has',
  });
  expect(result.evaluation).not.toHaveProperty("champion");
});

describe("a model can score the rows of a definition", () => {
  const columns: ModelDefinitionInput["columns"] = [
    { name: "x", type: "number" },
    { name: "size", type: "category" },
    { name: "y", type: "category", role: "target", values: ["no", "yes"] },
  ];
  const logistic: ModelDefinitionInput["trainer"] = { kind: "logistic", l2: 1 };
  const signature = signatureOf(definitionOf(columns, logistic));
  const [x, size, y] = columns;
  if (!x || !size || !y) throw new Error("There are three columns.");

  test.each<[string, ModelDefinitionInput["columns"], string | undefined]>([
    ["when nothing has changed", columns, undefined],
    ["when columns were added", [...columns, { name: "z", type: "number" }], undefined],
    ["when a feature is now no feature but still there", [x, { ...size, role: "id" }, y], undefined],
    [
      "not when columns are gone or of another type",
      [{ ...x, type: "category" }, y],
      'it takes column "x" as a number, which is now a category; it needs the column "size", which the definition no longer has',
    ],
    [
      "not when the classes differ",
      [x, size, { ...y, values: ["yes", "no"] }],
      "its classes are no, yes, not yes, no",
    ],
    [
      "not when its feature is the target",
      [x, { ...size, role: "target", values: ["S", "M"] }, { ...y, role: "feature" }],
      'it predicts "y", not "size"; it takes "size", now the target, as a feature',
    ],
  ])("%s", (_, changed, reason) => {
    expect(findIncompatibility(signature, definitionOf(changed, logistic))).toBe(reason);
  });

  test("not when the task is another", () => {
    const regression = definitionOf([x, size, { name: "y", type: "number", role: "target" }], {
      kind: "ridge",
      alpha: 1,
    });
    expect(findIncompatibility(signature, regression)).toBe("it is a classification, not a regression");
  });
});

test("rows are scored in chunks as if they were one table", async () => {
  const definition = definitionOf(
    [
      { name: "x", type: "number" },
      { name: "y", type: "number", role: "target" },
    ],
    { kind: "ridge", alpha: 1 },
  );
  const engine = await openRows(definition, []);
  await engine.run(
    "INSERT INTO data SELECT i, i % 6 = 0, i % 97, 3 * (i % 97) + i % 5 FROM range(12000) AS numbers(i)",
  );
  const linear = await fitLinearModel(engine, definition, rowsOf("training"));
  const model = await fitted(engine, definition, "chunks");
  const scored = await scoreRows(engine, definition, { model, from: rowsOf("training") });
  const expected = await engine.rows(
    `SELECT y, ${predictionSql(linear)} AS p FROM data WHERE NOT _held_out ORDER BY _row`,
  );
  await model.close();
  expect(expected).toHaveLength(10_000);
  expect(Array.from(scored.actual)).toEqual(expected.map(({ y }) => y));
  expect(await scoreLinearRows(engine, definition, { linear, from: rowsOf("training") })).toEqual({
    actual: scored.actual,
    predicted: Float64Array.from(expected, ({ p }) => Number(p)),
  });
  expected.forEach(({ p }, row) => expect(scored.predicted[row]).toBeCloseTo(Number(p), 9));
  await engine.close();
});

describe("slices", () => {
  test.each<[number[], string[]]>([
    [[50], ["<= 50", "> 50"]],
    [
      [-1.5, 0, 60],
      ["<= -1.5", "-1.5 < x <= 0", "0 < x <= 60", "> 60"],
    ],
  ])("cut points %p make the groups %p", (at, names) => {
    expect(groupNames(at)).toEqual(names);
  });

  test("a row is in the group of its value, and in none when that is missing", async () => {
    const definition = definitionOf(
      [
        { name: "age", type: "number", nullable: true },
        { name: "vip", type: "boolean" },
        { name: "port", type: "category", nullable: true },
        { name: "y", type: "number", role: "target" },
      ],
      { kind: "ridge", alpha: 1 },
      {
        gate: {
          metric: "rmse",
          slices: [
            { column: "age", at: [18, 65], mayBeWorseBy: 1 },
            { column: "vip", mayBeWorseBy: 1 },
            { column: "port", mayBeWorseBy: 1 },
          ],
        },
      },
    );
    const engine = await openRows(definition, []);
    const held = [
      [18, true, "S"],
      [18.1, false, "O'Hare"],
      [65, true, null],
      [66, true, "S"],
      [null, false, "S"],
    ];
    const values = held.map(([age, vip, port], index) => {
      const text = typeof port === "string" ? `'${port.replace("'", "''")}'` : "NULL";
      return `(${index + 1}, true, ${age ?? "NULL"}, ${vip}, ${text}, 1)`;
    });
    await engine.run(`INSERT INTO data VALUES ${values.join(", ")}, (6, false, 20, true, 'Q', 1)`);
    const slices = await sliceGroups(engine, definition.gate.slices);
    await engine.close();
    expect(slices).toEqual([
      { column: "age", groups: ["<= 18", "18 < x <= 65", "18 < x <= 65", "> 65", undefined] },
      { column: "vip", groups: ["true", "false", "true", "true", "false"] },
      { column: "port", groups: ["S", "O'Hare", undefined, "S", "S"] },
    ]);
  });
});

describe("a program's model whose labels are of three classes", () => {
  const definition = definitionOf(
    [
      { name: "x", type: "number" },
      { name: "y", type: "boolean", role: "target" },
    ],
    { kind: "command", run: ["train"] },
  );

  /** Says class 2 of every x above 0, and the probability of class 1. */
  function threeClasses(): Uint8Array {
    const graph = new OnnxGraph("/");
    const x = graph.input("x", "double", ["N"]);
    const sure = graph.node("Sigmoid", { X: x }, { output: "probability" });
    const above = graph.node("Greater", { A: sure, B: graph.doubles([0.5], [1]) });
    const label = graph.node("Cast", { input: above }, { attributes: { to: elementTypes.int64 } });
    graph.node("Mul", { A: label, B: graph.int64s([2], [1]) }, { output: "prediction" });
    graph.output("prediction", "int64", ["N"]);
    graph.output("probability", "double", ["N"]);
    return graph.encode("y");
  }

  const rows = Array.from({ length: 20 }, (_, row) => ({ x: row - 9, y: row > 9 }));

  test("is not measured as if they were two", async () => {
    const engine = await openRows(definition, rows);
    const file = path.join(folder, "three.onnx");
    await writeFile(file, threeClasses());
    const candidate = await OnnxModel.open(file, signatureOf(definition));
    await expect(evaluate({ engine, definition, candidate })).rejects.toMatchObject({
      code: "MODEL_INVALID",
      message:
        "The model's labels are not those that would be measured: it predicts 2, which is none of the two classes 0 and 1. " +
        "Correct the program that wrote the model.",
    });
    await candidate.close();
    await engine.close();
  });

  test("is a champion that cannot be compared with", async () => {
    const engine = await openRows(definition, rows);
    const file = path.join(folder, "three.onnx");
    await writeFile(file, threeClasses());
    const candidate = await fitted(engine, { ...definition, trainer: { kind: "logistic", l2: 1 } }, "two");
    const champion = await OnnxModel.open(file, signatureOf(definition));
    const result = await evaluate({
      engine,
      definition,
      candidate,
      champion: { model: "small:1", onnx: champion },
    });
    expect(result.champion?.rows).toBeUndefined();
    expect(result.champion?.incompatible).toMatch(/it predicts 2, which is none of the two classes/);
    await Promise.all([candidate.close(), champion.close(), engine.close()]);
  });
});
