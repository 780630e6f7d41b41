import type { Signature } from "../../../platform/model/signature";
import { LinearModel } from "../../../platform/onnx/linear-model";
import { MultinomialModel } from "../../../platform/onnx/multinomial-model";
import { featureTable } from "../../../platform/model/table";
import { grades, weather, weatherRow } from "../../platform/model/fixtures/class-models";
import { scoreColumns, scoresOf, scoreTable } from "../../../scoring/batch/batch-model";

const regression: Signature = {
  task: "regression",
  inputs: [{ name: "x", type: "number", nullable: true }],
  target: { name: "y" },
};
const classification: Signature = {
  ...regression,
  task: "classification",
  target: { name: "y", classes: ["no", "yes"] },
};
const term = { kind: "number", column: "x", mean: 0, scale: 1, coefficient: 2 } as const;
const tableOf = (...values: number[]) => ({
  rows: values.length,
  columns: new Map([["x", Float64Array.from(values)]]),
});

test("a score is a prediction, and of a class its position and the probability", () => {
  expect(scoreColumns(regression)).toEqual(["prediction"]);
  expect(scoresOf(regression, { prediction: new Float64Array([1.5]) })).toEqual([new Float64Array([1.5])]);
  expect(scoreColumns(classification)).toEqual(["prediction", "probability_0"]);
  const probability = new Float64Array([0.9, 0.2, 0.4]);
  expect(scoresOf(classification, { prediction: ["yes", "no", "maybe"], probability })).toEqual([
    new Float64Array([1, 0, NaN]),
    probability,
  ]);
});

test("rows that are left out, too large for the model or without a finite prediction have no score, and no other", async () => {
  const model = new LinearModel({ signature: regression, intercept: 1, terms: [term] });
  expect(await scoreTable(model, tableOf(1, 1e308, 3, 4), [0, 1, 3])).toEqual([
    new Float64Array([3, NaN, NaN, 9]),
  ]);
  const overflowing = {
    signature: classification,
    predict: () => ({ prediction: ["no", "yes"], probability: new Float64Array([0.1, Infinity]) }),
  };
  expect(await scoreTable(overflowing, tableOf(1, 2), [0, 1])).toEqual([
    new Float64Array([0, NaN]),
    new Float64Array([0.1, NaN]),
  ]);
});

test("of several classes a score is the position of the class and the probability of each, and all or none are numbers", async () => {
  expect(scoreColumns(grades.signature)).toEqual([
    "prediction",
    "probability_0",
    "probability_1",
    "probability_2",
  ]);
  const probabilities = new Float64Array([0.2, 0.5, 0.3, 0.1, 0.1, 0.8]);
  expect(scoresOf(grades.signature, { prediction: new Float64Array([-1, 2]), probabilities })).toEqual([
    new Float64Array([1, 2]),
    new Float64Array([0.2, 0.1]),
    new Float64Array([0.5, 0.1]),
    new Float64Array([0.3, 0.8]),
  ]);
  const steep = weather.predictors.map((predictor) => ({
    ...predictor,
    terms: predictor.terms.map((term) => (term.kind === "number" ? { ...term, coefficient: 1e3 } : term)),
  }));
  const model = new MultinomialModel({ ...weather, predictors: steep });
  const rows = [1, 1e308, 3, 4].map((wind) => ({ ...weatherRow, wind }));
  const scores = await scoreTable(model, featureTable(weather.signature, rows), [0, 1, 3]);
  expect(scores).toHaveLength(4);
  for (const column of scores)
    expect(Array.from(column, Number.isFinite)).toEqual([true, false, false, true]);
});
