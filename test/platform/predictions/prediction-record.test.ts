import { parsePredictionRecord } from "../../../platform/predictions/prediction-record";

const record = {
  id: "r-1",
  time: "2026-11-21T07:00:00.123Z",
  model: "cost:1",
  inputs: [{ age: 40, town: "Aa", smoker: true, bmi: null }, {}],
  outputs: [1.5, "red"],
  probabilities: [0.25, [0.5, 0.5]],
  redacted: ["income"],
  test: true,
};

test("a whole record is read as it was written", () => {
  expect(parsePredictionRecord(JSON.stringify(record))).toEqual(record);
  const { probabilities, redacted, test: isTest, ...rest } = record;
  expect(parsePredictionRecord(JSON.stringify(rest))).toEqual(rest);
  expect([probabilities.length, redacted.length, isTest]).toEqual([2, 1, true]);
});

test.each<[string, object]>([
  ["without an id", { id: undefined }],
  ["of a day that there is not", { time: "2026-02-30T07:00:00Z" }],
  ["without a time zone", { time: "2026-11-21T07:00:00" }],
  ["with rows that are no list", { inputs: { 0: {}, 1: {} } }],
  ["with a row that is a list", { inputs: [[1], {}] }],
  ["with a row that is nothing", { inputs: [null, {}] }],
  ["with a value that is a list", { inputs: [{ age: [40] }, {}] }],
  ["with a value that is an object", { inputs: [{}, { age: {} }] }],
  ["with a prediction that is nothing", { outputs: [1, null] }],
  ["with a prediction for one row of two", { outputs: [1] }],
  ["with a probability that is a text", { probabilities: ["0.5", 0.5] }],
  ["with probabilities that are texts", { probabilities: [0.5, ["0.5"]] }],
  ["with a probability for one row of two", { probabilities: [0.5] }],
  ["with a mark of a test that is none", { test: false }],
])("one %s is none", (_, change) => {
  expect(parsePredictionRecord(JSON.stringify({ ...record, ...change }))).toBeUndefined();
});

test.each([
  ["cut short", JSON.stringify(record).slice(0, -9)],
  ["with a number beyond all numbers", JSON.stringify(record).replace("1.5", "1e999")],
  ["with an input beyond all numbers", JSON.stringify(record).replace("40", "-1e999")],
  ["that is a list", "[]"],
  ["that is nothing", "null"],
])("a line %s is no record", (_, line) => {
  expect(parsePredictionRecord(line)).toBeUndefined();
});
