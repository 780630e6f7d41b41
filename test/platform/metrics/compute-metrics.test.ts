import { computeMetric, computeMetrics } from "../../../platform/metrics/compute-metrics";
import type { Task } from "../../../platform/definition/definition";
import type { MetricName } from "../../../platform/definition/metric-names";
import { scored } from "./scored-rows";
import reference from "../reference/metrics.json";

const task = (text: string): Task => (text === "regression" ? "regression" : "classification");

describe("computeMetrics", () => {
  test.each(Object.entries(reference.cases))("of %s are scikit-learn's to 1e-12", (_, one) => {
    const measured = computeMetrics(task(one.task), scored(one.actual, one.predicted));
    for (const [name, expected] of Object.entries(one.metrics)) {
      expect(Math.abs((measured[name as MetricName] ?? NaN) / expected - 1)).toBeLessThan(1e-12);
    }
  });

  test.each(Object.entries(reference.cases))("of %s, weighted, are scikit-learn's to 1e-12", (_, one) => {
    const measured = computeMetrics(task(one.task), scored(one.actual, one.predicted, one.weights));
    for (const [name, expected] of Object.entries(one.weighted)) {
      expect(Math.abs((measured[name as MetricName] ?? NaN) / expected - 1)).toBeLessThan(1e-12);
    }
  });

  test("by hand", () => {
    expect(computeMetrics("regression", scored([1, 2, 3], [1, 2, 6]))).toEqual({
      rmse: Math.sqrt(3),
      mae: 1,
      r2: 1 - 9 / 2,
    });
    expect(computeMetrics("classification", scored([0, 0, 1, 1], [0.1, 0.4, 0.4, 0.9]))).toMatchObject({
      auc: 0.875,
      accuracy: 0.75,
      f1: 2 / 3,
    });
  });

  test.each([
    ["nothing of no rows (regression)", "regression", [], [], []],
    ["nothing of no rows (classification)", "classification", [], [], []],
    ["no R² of one row", "regression", [3], [2], ["rmse", "mae"]],
    ["no R² of a constant target", "regression", [0.1, 0.1, 0.1], [0.1, 0.2, 0.3], ["rmse", "mae"]],
    ["nothing when a prediction is NaN", "regression", [1, 2], [1, NaN], []],
    ["nothing when a prediction is infinite", "classification", [1, 0], [1, -Infinity], []],
    ["no RMSE that overflows", "regression", [0, 1], [1e200, 1], ["mae"]],
    [
      "no AUC of one class",
      "classification",
      [1, 1],
      [0.3, 0.9],
      [
        "averagePrecision",
        "logLoss",
        "brier",
        "accuracy",
        "balancedAccuracy",
        "precision",
        "recall",
        "f1",
        "mcc",
      ],
    ],
    [
      "no AUC and F1 without a positive row, called or real",
      "classification",
      [0, 0],
      [0.3, 0.2],
      ["logLoss", "brier", "accuracy", "balancedAccuracy", "mcc"],
    ],
  ] as const)("there is %s", (_, of, actual, predicted, names) => {
    expect(Object.keys(computeMetrics(of, scored(actual, predicted)))).toEqual(names);
  });

  test("a sure mistake costs as much as a probability of 1e-15", () => {
    expect(computeMetric("logLoss", scored([1, 0], [0, 1]))).toBeCloseTo(-Math.log(1e-15), 10);
  });

  test("0.5 itself is the negative class, as in scikit-learn", () => {
    expect(computeMetric("accuracy", scored([0, 1], [0.5, 0.5000001]))).toBe(1);
  });

  test("weighted, by hand", () => {
    // The squared errors 1, 4 and 9 count once, twice and not at all; the mean target is (1 + 2 * 4) / 3.
    expect(computeMetrics("regression", scored([1, 4, 9], [2, 6, 12], [1, 2, 0]))).toEqual({
      rmse: Math.sqrt((1 + 2 * 4) / 3),
      mae: (1 + 2 * 2) / 3,
      r2: expect.closeTo(1 - (1 + 2 * 4) / ((1 - 3) ** 2 + 2 * (4 - 3) ** 2), 14) as number,
    });
    // The positive row that weighs 3 is above both negative ones, the one that weighs 1 above that of 0.1 only.
    const classes = scored([1, 0, 1, 0], [0.9, 0.6, 0.2, 0.1], [3, 2, 1, 4]);
    expect(computeMetrics("classification", classes)).toMatchObject({
      auc: expect.closeTo((3 * (2 + 4) + 1 * 4) / (4 * 6), 14) as number,
      logLoss: expect.closeTo(
        -(3 * Math.log(0.9) + 2 * Math.log(0.4) + Math.log(0.2) + 4 * Math.log(0.9)) / 10,
        14,
      ) as number,
      brier: expect.closeTo((3 * 0.01 + 2 * 0.36 + 0.64 + 4 * 0.01) / 10, 14) as number,
      accuracy: 0.7,
      f1: (2 * 3) / (2 * 3 + 2 + 1),
    });
  });

  test("there is nothing of rows that all weigh nothing", () => {
    expect(computeMetrics("regression", scored([1, 2], [1, 3], [0, 0]))).toEqual({});
  });

  test("whole weights are repeated rows", () => {
    const [actual, predicted] = [
      [1, 0, 1, 0, 1],
      [0.9, 0.4, 0.4, 0.6, 0.2],
    ];
    const repeated = scored([1, 0, 0, 1, 1, 1, 0, 1], [0.9, 0.4, 0.4, 0.4, 0.4, 0.4, 0.6, 0.2]);
    const weighted = computeMetrics("classification", scored(actual, predicted, [1, 2, 3, 1, 1]));
    for (const [name, value] of Object.entries(computeMetrics("classification", repeated))) {
      expect(weighted[name as MetricName]).toBeCloseTo(value, 14);
    }
  });

  test.each([
    [[1, 2], [1], undefined],
    [[1, 2], [1, 2], [1]],
  ])("rows that do not belong together are refused", (actual, predicted, weights) => {
    expect(() => computeMetrics("regression", scored(actual, predicted, weights))).toThrow(
      "do not belong together",
    );
  });
});
