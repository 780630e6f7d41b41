import { parseModelDefinition, type ModelDefinition } from "../../../platform/definition/definition";
import { Outcomes, predictedOf, targetCoder } from "../../../platform/predictions/outcomes";
import type { PredictionRecord } from "../../../platform/predictions/prediction-record";
import type { SqlValue } from "../../../platform/sql/engine";

function definitionOf(target: object, task: "regression" | "classification"): ModelDefinition {
  return parseModelDefinition(
    {
      name: "example",
      task,
      data: "data.csv",
      columns: [
        { name: "age", type: "number" },
        { name: "y", role: "target", ...target },
      ],
      trainer: task === "regression" ? { kind: "ridge", alpha: 1 } : { kind: "logistic", l2: 1 },
      gate: { metric: task === "regression" ? "rmse" : "logLoss" },
    },
    "the test",
  );
}

const amount = definitionOf({ type: "number" }, "regression");
const yesNo = definitionOf({ type: "category", values: ["no", "yes"] }, "classification");
const colours = definitionOf({ type: "category", values: ["red", "green", "blue"] }, "classification");

test.each<[string, ModelDefinition, SqlValue, number | undefined]>([
  ["an amount", amount, 1.5, 1.5],
  ["an amount that is a text", amount, "1.5", undefined],
  ["an amount that is not finite", amount, Infinity, undefined],
  ["a boolean", definitionOf({ type: "boolean" }, "classification"), true, 1],
  ["a class of two", yesNo, "yes", 1],
  ["a class of several", colours, "blue", 2],
  [
    "a whole number that names a class",
    definitionOf({ type: "number", classes: [10, 20] }, "classification"),
    20,
    1,
  ],
  ["a class that the definition does not have", colours, "grey", undefined],
  ["no value", yesNo, null, undefined],
])("the code of %s", (_, definition, value, expected) => {
  expect(targetCoder(definition)(value)).toBe(expected);
});

test.each<
  [
    string,
    Parameters<typeof predictedOf>[0],
    Parameters<typeof predictedOf>[2],
    readonly number[] | undefined,
  ]
>([
  ["a number of a regression", { outputs: [7] }, { task: "regression" }, [7]],
  ["a probability", { outputs: ["yes"], probabilities: [0.7] }, { task: "classification" }, [0.7]],
  [
    "the probabilities of three classes",
    { outputs: ["red"], probabilities: [[0.5, 0.3, 0.2]] },
    { task: "classification", classes: 3 },
    [0.5, 0.3, 0.2],
  ],
  ["nothing, of a class without probabilities", { outputs: ["yes"] }, { task: "classification" }, undefined],
  [
    "nothing, of probabilities of another number of classes",
    { outputs: ["red"], probabilities: [[0.5, 0.5]] },
    { task: "classification", classes: 3 },
    undefined,
  ],
])("the prediction is %s", (_, record, kind, expected) => {
  expect(predictedOf(record, 0, kind)).toEqual(expected);
});

describe("outcomes", () => {
  const record = (model: string, minute: number, output: number): PredictionRecord => ({
    id: `${minute}`,
    time: `2026-11-21T00:${String(minute).padStart(2, "0")}:00.000Z`,
    model,
    inputs: [{ age: 1 }],
    outputs: [output],
  });

  test("are measured by version, each row once, with the time of the first and the last", () => {
    const outcomes = new Outcomes(amount);
    outcomes.add(record("example:2", 5, 3), 0, { key: "d", label: 3 });
    // Errors of 3 and 4: their root mean square is the root of 12.5, their mean 3.5.
    outcomes.add(record("example:1", 2, 13), 0, { key: "a", label: 10 });
    outcomes.add(record("example:1", 1, 16), 0, { key: "b", label: 20 });
    outcomes.add(record("example:1", 3, 99), 0, { key: "b", label: 20 });
    outcomes.add(record("example:1", 4, 99), 0, { key: "c", label: 20 });
    outcomes.remove("c");
    const [first, second] = outcomes.list();
    expect(first).toMatchObject({
      model: "example:1",
      rows: 2,
      from: "2026-11-21T00:01:00.000Z",
      to: "2026-11-21T00:02:00.000Z",
    });
    expect(first?.metrics.rmse).toBeCloseTo(Math.sqrt(12.5), 14);
    expect(first?.metrics.mae).toBeCloseTo(3.5, 14);
    expect(second).toMatchObject({ model: "example:2", rows: 1, metrics: { rmse: 0 } });
    expect(outcomes.scoredBy("example:1").actual).toEqual(Float64Array.from([10, 20]));
    expect(outcomes.scoredBy("example:7").actual).toHaveLength(0);
  });

  test("of a classification without probabilities are counted, and not measured", () => {
    const outcomes = new Outcomes(yesNo);
    outcomes.add({ ...record("example:1", 1, 0), outputs: ["yes"] }, 0, { key: "a", label: "yes" });
    expect(outcomes.list()).toMatchObject([{ rows: 1, metrics: {} }]);
  });
});
