import { computeMetric, computeMetrics } from "../../../platform/metrics/compute-metrics";
import { areaGradient, meanAreaGradient, precisionGradient } from "../../../platform/metrics/rank-gradients";
import { oneAgainstRest } from "../../../platform/metrics/rank-metrics";
import type { MetricName } from "../../../platform/definition/metric-names";
import type { ScoredRows } from "../../../platform/metrics/evaluation";
import reference from "../reference/class-metrics.json";
import { scored } from "./scored-rows";

const { "two classes": two, ...several } = reference.cases;
const rowsOf = (
  { actual, predicted, classes }: { actual: number[]; predicted: number[]; classes?: number },
  weights?: number[],
): ScoredRows => ({
  ...scored(actual, predicted, weights),
  ...(classes !== undefined && { classes }),
});

function expectSame(measured: Partial<Record<MetricName, number>>, expected: Record<string, number>): void {
  for (const [name, value] of Object.entries(expected)) {
    expect(Math.abs((measured[name as MetricName] ?? NaN) / value - 1)).toBeLessThan(1e-11);
  }
}

describe("metrics of classes are scikit-learn's to 1e-11", () => {
  test.each(Object.entries(several))("of %s, with weights and without", (_, one) => {
    expect(Object.keys(computeMetrics("classification", rowsOf(one)))).toEqual(Object.keys(one.metrics));
    expectSame(computeMetrics("classification", rowsOf(one)), one.metrics);
    expectSame(computeMetrics("classification", rowsOf(one, one.weights)), one.weighted);
  });

  test("of two classes", () => {
    expectSame(computeMetrics("classification", rowsOf(two)), two.metrics);
    expectSame(computeMetrics("classification", rowsOf(two, two.weights)), two.weighted);
  });
});

test("a class without rows is left out of the mean area", () => {
  const { actual, predicted, classes } = several["three classes"];
  const kept = actual.flatMap((value, row) => (value === 2 ? [] : [row]));
  const rows = rowsOf({
    actual: kept.map((row) => actual[row] ?? NaN),
    predicted: kept.flatMap((row) => predicted.slice(row * classes, (row + 1) * classes)),
    classes,
  });
  const areas = [0, 1].map((name) => computeMetric("auc", oneAgainstRest(rows, name)) ?? NaN);
  expect(computeMetric("aucMacro", rows)).toBeCloseTo(((areas[0] ?? NaN) + (areas[1] ?? NaN)) / 2, 12);
});

/** What one more of a row's weight changes, by a difference. */
function slope(name: MetricName, rows: ScoredRows, row: number): number {
  const by = (step: number): number => {
    const weights = Float64Array.from(rows.weights ?? rows.actual.map(() => 1));
    weights[row] = (weights[row] ?? NaN) + step;
    return computeMetric(name, { ...rows, weights }) ?? NaN;
  };
  return (by(1e-5) - by(-1e-5)) / 2e-5;
}

// Central differences are exact to about the square of their step.
test.each([
  ["auc", (rows: ScoredRows) => areaGradient(rows), two],
  ["averagePrecision", (rows: ScoredRows) => precisionGradient(rows), two],
  ["aucMacro", (rows: ScoredRows) => meanAreaGradient(rows, "aucMacro"), several["three classes"]],
  ["aucWeighted", (rows: ScoredRows) => meanAreaGradient(rows, "aucWeighted"), several["six classes"]],
] as const)("the influence of a row on %s is its derivative", (name, gradientOf, one) => {
  for (const weights of [undefined, one.weights]) {
    const rows = rowsOf(one, weights);
    const { value, gradient } = gradientOf(rows);
    expect(value).toBeCloseTo(computeMetric(name, rows) ?? NaN, 12);
    const total = weights?.reduce((sum, each) => sum + each, 0) ?? rows.actual.length;
    for (let row = 0; row < 40; row++) {
      expect((gradient[row] ?? NaN) / total).toBeCloseTo(slope(name, rows, row), 8);
    }
  }
});
