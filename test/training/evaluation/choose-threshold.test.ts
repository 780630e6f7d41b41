import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { ThresholdRule } from "../../../platform/definition/threshold-rule";
import { computeMetric } from "../../../platform/metrics/compute-metrics";
import type { ScoredRows } from "../../../platform/metrics/evaluation";
import { chooseThreshold } from "../../../training/evaluation/choose-threshold";
import { scored } from "../../platform/metrics/scored-rows";

const few = scored([0, 0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4, 0.8]);

test.each<[string, ScoredRows, ThresholdRule, number]>([
  ["the greatest F1: 0.8 at three called", few, "f1", 0.25],
  ["dear misses: all positive rows are called", few, { falsePositive: 1, falseNegative: 10 }, 0.25],
  ["dear false alarms: only the surest is called", few, { falsePositive: 10, falseNegative: 1 }, 0.6],
  [
    "false alarms too dear: none is called",
    scored([0, 0, 1, 0, 1], [0.1, 0.2, 0.3, 0.9, 0.8]),
    { falsePositive: 10, falseNegative: 1 },
    0.95,
  ],
  [
    "misses too dear: all are called",
    scored([1, 0, 1], [0.1, 0.2, 0.3]),
    { falsePositive: 1, falseNegative: 10 },
    0.05,
  ],
  ["the greatest recall at a precision of 1", few, { minPrecision: 1 }, 0.6],
  ["the greatest recall at a precision of 2/3", few, { minPrecision: 2 / 3 }, 0.25],
  [
    "of equally good ones the greatest",
    scored([1, 0, 0, 1], [0.8, 0.6, 0.4, 0.2]),
    { minPrecision: 0.1 },
    0.1,
  ],
  ["weights count", scored([0, 1, 0, 1], [0.2, 0.4, 0.6, 0.8], [1, 9, 1, 1]), "f1", 0.3],
  [
    "a probability of 0 is never called",
    scored([1, 0, 1], [0, 0.5, 1]),
    { falsePositive: 1, falseNegative: 9 },
    0.75,
  ],
])("%s", (_, rows, rule, threshold) => {
  expect(chooseThreshold(rows, rule)).toBeCloseTo(threshold, 15);
});

const random = xoroshiro128plus(5);
const actual = Array.from({ length: 300 }, () => (uniformFloat64(random) < 0.1 ? 1 : 0));
const many = scored(
  actual,
  actual.map((is) => Math.round(100 * (0.3 * is + 0.6 * uniformFloat64(random))) / 100),
  actual.map(() => Math.ceil(3 * uniformFloat64(random))),
);
const steps = Array.from({ length: 2001 }, (_, step) => step / 2000);

test.each<[string, ThresholdRule, (rows: ScoredRows) => number]>([
  ["F1", "f1", (rows) => computeMetric("f1", rows) ?? 0],
  [
    "recall at precision",
    { minPrecision: 0.5 },
    (rows) =>
      (computeMetric("precision", rows) ?? 0) >= 0.5 ? (computeMetric("recall", rows) ?? 0) : -Infinity,
  ],
  [
    "cost",
    { falsePositive: 1, falseNegative: 7 },
    ({ actual: is, predicted, weights, threshold = NaN }) =>
      -is.reduce((sum, value, row) => {
        const called = (predicted[row] ?? NaN) > threshold ? 1 : 0;
        const cost = value === 1 ? 7 * (1 - called) : called;
        return sum + cost * (weights?.[row] ?? NaN);
      }, 0),
  ],
])("no other threshold has a better %s", (_, rule, worth) => {
  const chosen = worth({ ...many, threshold: chooseThreshold(many, rule) });
  const others = steps.map((threshold) => worth({ ...many, threshold }));
  expect(chosen).toBeCloseTo(Math.max(...others), 12);
});

test("a precision that none reaches is refused with the greatest there is", () => {
  const rows = scored([0, 1, 1, 0], [0.9, 0.8, 0.7, 0.1]);
  expect(() => chooseThreshold(rows, { minPrecision: 0.9 })).toThrow(
    /^No threshold has a precision of 0\.9 on training rows that the model had not seen; the greatest is 0\.6667\. Ask for/,
  );
});
