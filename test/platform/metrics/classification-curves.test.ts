import {
  calibration,
  confusion,
  precisionRecallCurve,
  rocCurve,
} from "../../../platform/metrics/classification-curves";
import reference from "../reference/metrics.json";
import { scored } from "./scored-rows";

const cases = [reference.cases.classification, reference.cases["classification with ties"]].map((one) => ({
  ...one,
  rows: scored(one.actual, one.predicted),
}));

function expectClose(values: readonly (readonly number[])[], expected: readonly (readonly number[])[]): void {
  expect(values).toHaveLength(expected.length);
  values.forEach((value, index) =>
    value.forEach((number, place) => expect(number).toBeCloseTo(expected[index]?.[place] ?? NaN, 12)),
  );
}

describe("curves are scikit-learn's", () => {
  test.each(cases)("ROC", ({ rows, roc, thresholds }) => {
    const [origin, ...points] = rocCurve(rows) ?? [];
    expect(origin).toEqual({ falsePositiveRate: 0, truePositiveRate: 0 });
    expectClose(
      points.map((point) => [point.falsePositiveRate, point.truePositiveRate]),
      roc,
    );
    expect(points.map((point) => point.threshold)).toEqual(thresholds);
  });

  test.each(cases)("precision and recall", ({ rows, precisionRecall }) => {
    const points = precisionRecallCurve(rows) ?? [];
    expectClose(
      points.map((point) => [point.recall, point.precision]),
      precisionRecall,
    );
  });

  test.each(cases)("calibration in ten quantile bins", ({ rows, calibration: expected }) => {
    const bins = calibration(rows);
    expectClose(
      bins.map((bin) => [bin.predicted, bin.observed]),
      expected,
    );
    expect(bins.reduce((sum, bin) => sum + bin.rows, 0)).toBe(rows.actual.length);
  });

  test.each(cases)("confusion at 0.5", ({ rows, confusion: expected }) => {
    expect(confusion(rows)).toEqual(expected);
  });
});

describe("curves that cannot be drawn", () => {
  test.each([
    ["no rows", [], []],
    ["no positive row", [0, 0], [0.1, 0.9]],
  ])("there is none of %s", (_, actual, predicted) => {
    expect(rocCurve(scored(actual, predicted))).toBeUndefined();
    expect(precisionRecallCurve(scored(actual, predicted))).toBeUndefined();
  });

  test("with positive rows only there is precision and recall, but no ROC", () => {
    expect(rocCurve(scored([1, 1], [0.2, 0.7]))).toBeUndefined();
    expect(precisionRecallCurve(scored([1, 1], [0.2, 0.7]))).toHaveLength(3);
  });

  test("calibration of no rows has no bins, of equal probabilities one", () => {
    expect(calibration(scored([], []))).toEqual([]);
    expect(calibration(scored([1, 0], [0.25, 0.25]))).toEqual([{ rows: 2, predicted: 0.25, observed: 0.5 }]);
  });
});
