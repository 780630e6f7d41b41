import { parseModelDefinition } from "../../../platform/definition/definition";
import type { CollectedData } from "../../../platform/predictions/collect";
import { collectTrainingData, toCsv } from "../../../platform/predictions/collect";
import type { Label } from "../../../platform/predictions/labels";
import type { PredictionRecord } from "../../../platform/predictions/prediction-record";
import type { SqlRow } from "../../../platform/sql/engine";

const columns = [
  { name: "age", type: "number" },
  { name: "town", type: "category", nullable: true },
  { name: "ill", type: "boolean", role: "target" },
];

const definitionOf = (more: readonly object[] = []): ReturnType<typeof parseModelDefinition> =>
  parseModelDefinition(
    {
      name: "example",
      task: "classification",
      data: "data.csv",
      columns: [...columns, ...more],
      trainer: { kind: "logistic", l2: 1 },
      gate: { metric: "auc" },
    },
    "the test",
  );

const record = (id: string, ...inputs: PredictionRecord["inputs"]): PredictionRecord => ({
  id,
  time: "2026-11-21T00:00:00.000Z",
  model: "example:1",
  inputs,
  outputs: inputs.map(() => 0),
});

async function* stream(records: readonly PredictionRecord[]): AsyncIterable<PredictionRecord> {
  yield* await Promise.resolve(records);
}

const collect = (
  records: readonly PredictionRecord[],
  labels: readonly Label[],
  definition = definitionOf(),
): Promise<CollectedData> => collectTrainingData({ definition, records: stream(records), labels, now });

const now = new Date("2026-11-22T00:00:00Z");
const nothing = {
  unlabelled: 0,
  repeated: 0,
  ambiguous: 0,
  otherColumns: 0,
  otherModel: 0,
  unknownLabels: 0,
};

describe("collecting training data", () => {
  test("joins rows and labels by request id and row", async () => {
    const records = [
      record("a", { age: 1, town: "Ulm" }, { town: null, age: 2 }),
      record("b", { age: 3, town: "Bonn" }),
    ];
    const labels = [
      { id: "b", row: 0, value: false },
      { id: "a", row: 1, value: true },
      { id: "a", row: 0, value: false },
    ];
    expect(await collect(records, labels)).toMatchObject({
      columns: ["age", "town", "ill"],
      rows: [
        { age: 1, town: "Ulm", ill: false },
        { age: 2, town: null, ill: true },
        { age: 3, town: "Bonn", ill: false },
      ],
      leftOut: nothing,
      scored: 3,
      ahead: 0,
    });
  });

  test("leaves out and counts what does not join", async () => {
    const records = [
      record("a", { age: 1, town: "Ulm" }, { age: 2, town: "Ulm" }),
      record("other-version", { age: 1 }),
      record("not-known-yet", { age: 4, town: "Ulm" }),
    ];
    const labels = [
      { id: "a", row: 0, value: true },
      { id: "a", row: 7, value: true },
      { id: "nobody", row: 0, value: true },
      { id: "other-version", row: 0, value: true },
      { id: "not-known-yet", row: 0, value: null },
    ];
    const { rows, leftOut } = await collect(records, labels);
    expect(rows).toEqual([{ age: 1, town: "Ulm", ill: true }]);
    expect(leftOut).toEqual({ ...nothing, unlabelled: 2, otherColumns: 1, unknownLabels: 2 });
  });

  test("takes a request that was logged twice once, and none whose id was used for different inputs", async () => {
    const records = [
      record("copied", { age: 1, town: "Ulm" }),
      record("reused", { age: 2, town: "Ulm" }),
      record("copied", { age: 1, town: "Ulm" }),
      record("reused", { age: 3, town: "Ulm" }),
    ];
    const labels = [
      { id: "copied", row: 0, value: true },
      { id: "reused", row: 0, value: true },
    ];
    const { rows, leftOut } = await collect(records, labels);
    expect(rows).toEqual([{ age: 1, town: "Ulm", ill: true }]);
    expect(leftOut).toEqual({ ...nothing, repeated: 1, ambiguous: 2 });
  });

  test("says what each version predicted, also where both scored a row, and not of ids used for different inputs", async () => {
    const scored = (version: number, id: string, age: number): PredictionRecord => ({
      ...record(id, { age, town: "Ulm" }),
      model: `example:${version}`,
      probabilities: [0.75],
    });
    const records = [scored(1, "a", 1), scored(2, "a", 1), scored(1, "b", 2), scored(1, "b", 3)];
    const labels = ["a", "b"].map((id) => ({ id, row: 0, value: true }));
    const { outcomes, rows } = await collect(records, labels);
    expect(rows).toHaveLength(1);
    expect(outcomes).toMatchObject([
      { model: "example:1", rows: 1, metrics: { accuracy: 1, brier: 0.0625 } },
      { model: "example:2", rows: 1, metrics: { accuracy: 1, brier: 0.0625 } },
    ]);
  });

  test("leaves out records of another model, and counts those of a clock that is ahead", async () => {
    const records = [
      { ...record("a", { age: 1, town: "Ulm" }), model: "example-two:1" },
      { ...record("b", { age: 2, town: "Ulm" }), time: "2026-11-22T00:05:00.000Z" },
      { ...record("c", { age: 3, town: "Ulm" }), time: "2026-11-22T00:05:00.001Z" },
    ];
    const labels = ["a", "b", "c"].map((id) => ({ id, row: 0, value: true }));
    expect(await collect(records, labels)).toMatchObject({
      rows: [{ age: 2 }, { age: 3 }],
      leftOut: { otherModel: 1, unknownLabels: 1 },
      ahead: 1,
    });
  });

  test("leaves out our own tests of the service", async () => {
    const records = [
      { ...record("load-1", { age: 1, town: "Ulm" }), test: true as const },
      record("mlops-test-a", { age: 2, town: "Ulm" }),
    ];
    const labels = ["load-1", "mlops-test-a"].map((id) => ({ id, row: 0, value: true }));
    expect(await collect(records, labels)).toMatchObject({
      rows: [{ age: 2 }],
      leftOut: { ...nothing, unknownLabels: 1 },
    });
  });

  test("gives rows an id and a weight where the definition has them", async () => {
    const more = [
      { name: "key", type: "category", role: "id" },
      { name: "times", type: "number", role: "weight" },
    ];
    const labels = [{ id: "a", row: 0, value: true }];
    const collected = await collect([record("a", { age: 1, town: "Ulm" })], labels, definitionOf(more));
    expect(collected.rows).toEqual([{ age: 1, town: "Ulm", ill: true, key: "a/0", times: 1 }]);
    expect(collected.columns).toEqual(["age", "town", "ill", "key", "times"]);
  });

  test("gives a row its request id as text, also where the ids of the data are numbers", async () => {
    const definition = definitionOf([{ name: "key", type: "number", role: "id" }]);
    const labels = [{ id: "1234567890123456789", row: 0, value: true }];
    const records = [record("1234567890123456789", { age: 1, town: "Ulm" })];
    expect((await collect(records, labels, definition)).rows).toMatchObject([
      { key: "1234567890123456789/0" },
    ]);
  });

  test("names every label that is wrong", async () => {
    const labels = [
      { id: "a", row: 0, value: true },
      { id: "a", row: 0, value: true },
      { id: "a", row: 0, value: false },
      { id: "b", row: -1, value: true },
      { id: "c", row: 0.5, value: true },
    ];
    await expect(collect([], labels)).rejects.toMatchObject({
      code: "DATA_INVALID",
      message:
        "The labels are not valid. Expected one per request and row. Correct:\n" +
        "  - request a, row 0: labelled true and false\n" +
        "  - request b: row -1 is not a whole number from 0\n" +
        "  - request c: row 0.5 is not a whole number from 0",
    });
  });

  test("names the first twenty of many wrong labels", async () => {
    const labels = Array.from({ length: 25 }, (_, index) => ({ id: `r${index}`, row: -1, value: true }));
    await expect(collect([], labels)).rejects.toThrow(/request r19: .*\n {2}- and 5 more$/);
  });

  test.each<[string, SqlRow, string]>([
    ["plain values", { a: 1.5, b: "x" }, "1.5,x"],
    ["a missing value", { a: null, b: "x" }, ",x"],
    ["an absent value", { b: "x" }, ",x"],
    ["booleans", { a: true, b: false }, "true,false"],
    ["a comma, a quote and a line feed", { a: "x,y", b: 'say "no"\n' }, '"x,y","say ""no""\n"'],
    ["spaces at an end", { a: " x", b: "y " }, '" x","y "'],
    ["extreme numbers", { a: 0.1 + 0.2, b: 1e-300 }, "0.30000000000000004,1e-300"],
  ])("writes %s as CSV", (_, row, line) => {
    expect(toCsv({ columns: ["a", "b"], rows: [row] })).toBe(`a,b\n${line}\n`);
  });
});
