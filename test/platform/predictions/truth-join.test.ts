import { numbersOnly } from "../data/definitions";
import type { PredictionRecord } from "../../../platform/predictions/prediction-record";
import { TruthJoin } from "../../../platform/predictions/truth-join";

const definition = numbersOnly(["x", "y"]);
const record = (
  id: string,
  x: readonly number[],
  more: Partial<PredictionRecord> = {},
): PredictionRecord => ({
  id,
  time: "2026-11-21T00:00:00.000Z",
  model: "numbers:1",
  inputs: x.map((value) => ({ x: value })),
  outputs: x.map((value) => 2 * value),
  ...more,
});
const label = (id: string, value: number, row = 0): { id: string; row: number; value: number } => ({
  id,
  row,
  value,
});

test("joins by request and row what one version predicted, each row once", () => {
  const truth = new TruthJoin(definition, [
    label("a", 1),
    label("a", 2, 1),
    label("b", 3),
    label("never", 4),
  ]);
  for (const each of [
    record("a", [10, 20, 30]),
    record("a", [10, 20, 30]),
    record("b", [40]),
    record("b", [40], { model: "numbers:2", outputs: [99] }),
    record("unknown", [50]),
  ]) {
    truth.add(each);
  }
  expect(truth.scoredBy("numbers:1")).toEqual({
    actual: Float64Array.of(1, 2, 3),
    predicted: Float64Array.of(20, 40, 80),
  });
  expect(truth.scoredBy("numbers:2").predicted).toEqual(Float64Array.of(99));
});

test("counts labels of rows that no record has had, joined or noted", () => {
  const truth = new TruthJoin(definition, [label("a", 1), label("a", 2, 1), label("b", 3), label("c", 4)]);
  expect(truth.unknown).toBe(4);
  truth.add(record("a", [10]));
  truth.note(record("b", [20, 30]));
  expect(truth.unknown).toBe(2);
  expect(truth.scoredBy("numbers:1").actual).toEqual(Float64Array.of(1));
});

test("leaves out a row whose id was used for other inputs", () => {
  const truth = new TruthJoin(definition, [label("a", 1), label("b", 2)]);
  for (const each of [record("a", [1]), record("a", [2]), record("b", [3])]) truth.add(each);
  expect(truth.scoredBy("numbers:1").actual).toEqual(Float64Array.of(2));
});

test("refuses labels that contradict each other", () => {
  expect(() => new TruthJoin(definition, [label("a", 1), label("a", 2)])).toThrow(
    "request a, row 0: labelled 1 and 2",
  );
});
