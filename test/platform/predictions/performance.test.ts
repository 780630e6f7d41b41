import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { ModelDefinition } from "../../../platform/definition/definition";
import { computeMetrics } from "../../../platform/metrics/compute-metrics";
import type { ScoredRows } from "../../../platform/metrics/evaluation";
import { ProbabilitySample } from "../../../platform/predictions/estimated-rows";
import { estimatePerformance, measurePerformance } from "../../../platform/predictions/performance";

type Rule = Pick<ModelDefinition, "task" | "gate" | "drift">;
const ruleOf = (task: Rule["task"], metric: Rule["gate"]["metric"]): Rule => ({
  task,
  gate: { metric, minImprovement: 0, confidence: 0.95, floors: [], slices: [] },
  drift: { psi: 0.2, significance: 0.01, minRows: 50 },
});
const regression = ruleOf("regression", "rmse");

/** Rows of a model whose errors are normal, with this deviation. */
function rowsOf(count: number, { seed, deviation }: { seed: number; deviation: number }): ScoredRows {
  const random = xoroshiro128plus(seed);
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - uniformFloat64(random))) * Math.cos(2 * Math.PI * uniformFloat64(random));
  const actual = Float64Array.from({ length: count }, () => 10 * normal());
  return { actual, predicted: actual.map((value) => value + deviation * normal()) };
}

const measuredOf = (rows: ScoredRows) => ({
  rows: rows.actual.length,
  metrics: computeMetrics("regression", rows),
});
const registered = measuredOf(rowsOf(400, { seed: 1, deviation: 1 }));

test.each([
  ["nearly the same errors in many rows", 3000, 0.95, true, "holds"],
  ["the same errors in some rows", 60, 1, true, "not sure"],
  ["twice the errors", 300, 2, true, "has fallen"],
  ["half the errors", 300, 0.5, true, "holds"],
  ["twice the errors of too few rows", 49, 2, false, "at least 50 are needed"],
  ["no rows", 0, 1, false, "at least 50 are needed"],
])("%s: what is said", (_, count, deviation, judged, said) => {
  const performance = measurePerformance(regression, rowsOf(count, { seed: 2, deviation }), registered);
  expect(performance).toMatchObject({ kind: "measured", rows: count, judged, metric: "rmse" });
  expect(performance).toMatchObject({ fell: said === "has fallen", holds: said === "holds" });
  expect(performance.explanation).toContain(said);
});

test("the figures are those of the rows, and those that were registered", () => {
  const rows = rowsOf(100, { seed: 3, deviation: 1 });
  const { metrics } = measurePerformance(regression, rows, registered);
  const now = computeMetrics("regression", rows);
  expect(metrics.map(({ metric, now: value }) => [metric, value])).toEqual(Object.entries(now));
  expect(metrics.map(({ metric, registered: value }) => [metric, value])).toEqual(
    Object.entries(registered.metrics),
  );
});

test("a metric without a registered figure is shown, and not judged", () => {
  const rows = rowsOf(100, { seed: 3, deviation: 1 });
  const performance = measurePerformance(regression, rows, { rows: 400, metrics: { mae: 0.8 } });
  expect(performance).toMatchObject({ judged: false, fell: false });
  expect(performance.explanation).toContain(
    "rmse, or what it was when the version was registered, is not defined",
  );
});

test("a model that has not changed is called fallen in about 1 of 40 windows, however few rows it was registered with", () => {
  let fallen = 0;
  const windows = 100;
  for (let window = 0; window < windows; window++) {
    const before = measuredOf(rowsOf(30, { seed: 1000 + window, deviation: 1 }));
    const now = rowsOf(120, { seed: 5000 + window, deviation: 1 });
    if (measurePerformance(regression, now, before).fell) fallen += 1;
  }
  // Without the chance of the registered figure, one of five was.
  expect(fallen).toBeLessThan(9);
});

describe("the estimate without truth", () => {
  const classification = ruleOf("classification", "logLoss");
  const definition = (values: string[]) => ({
    task: "classification" as const,
    columns: [
      { name: "y", type: "category", role: "target", values },
    ] as unknown as ModelDefinition["columns"],
  });

  test("is what calibrated probabilities come to: that of every metric, to chance", () => {
    const random = xoroshiro128plus(4);
    const probabilities = Array.from({ length: 20_000 }, () => uniformFloat64(random) ** 2);
    const actual = Float64Array.from(probabilities, (value) => (uniformFloat64(random) < value ? 1 : 0));
    const truth = computeMetrics("classification", { actual, predicted: Float64Array.from(probabilities) });
    const sample = new ProbabilitySample(definition(["no", "yes"]));
    sample.add({ outputs: probabilities.map(() => "no"), probabilities });
    const estimate = estimatePerformance(
      classification,
      { rows: sample.rows, expected: sample.expected() },
      { rows: 400, metrics: { logLoss: 0.5 } },
    );
    expect(estimate).toMatchObject({ kind: "estimated", rows: 20_000, judged: false, fell: false });
    expect(estimate?.explanation).toContain("An estimate from the model's own probabilities of 20,000 rows");
    const names = Object.keys(truth);
    expect(estimate?.metrics.map(({ metric }) => metric)).toEqual(names);
    for (const { metric, now } of estimate?.metrics ?? []) {
      expect(Math.abs(now - (truth[metric] ?? NaN))).toBeLessThan(0.015);
    }
  });

  test("of three classes is each row's by its probabilities", () => {
    const sample = new ProbabilitySample(definition(["a", "b", "c"]));
    sample.add({
      outputs: ["a", "b"],
      probabilities: [
        [0.5, 0.25, 0.25],
        [0, 1, 0],
      ],
    });
    const estimate = estimatePerformance(
      classification,
      { rows: sample.rows, expected: sample.expected() },
      { rows: 400, metrics: {} },
    );
    // By hand: (0.5 + 1) / 2 are called right; the entropy is (1.5 ln 2 + 0) / 2.
    const valueOf = (name: string) => estimate?.metrics.find(({ metric }) => metric === name)?.now;
    expect(valueOf("accuracy")).toBeCloseTo(0.75, 12);
    expect(valueOf("logLoss")).toBeCloseTo(0.75 * Math.log(2), 12);
  });

  test("there is none of a regression, nor of no rows", () => {
    const nothing = { rows: 0, expected: { actual: new Float64Array(), predicted: new Float64Array() } };
    expect(estimatePerformance(regression, { ...nothing, rows: 5 }, registered)).toBeUndefined();
    expect(estimatePerformance(classification, nothing, registered)).toBeUndefined();
  });

  test("is of a sample where there are very many rows, each as likely as the others", () => {
    const sample = new ProbabilitySample(definition(["no", "yes"]), 1000);
    const probabilities = Array.from({ length: 10_000 }, (_, index) => index / 10_000);
    for (const probability of probabilities) sample.add({ outputs: ["no"], probabilities: [probability] });
    expect(sample.rows).toBe(10_000);
    const { predicted } = sample.expected();
    expect(predicted).toHaveLength(2000);
    const mean = predicted.reduce((sum, value) => sum + value, 0) / predicted.length;
    expect(mean).toBeGreaterThan(0.46);
    expect(mean).toBeLessThan(0.54);
  });
});

test.each([
  ["as many as they are to", 1, 300, 1.645, false],
  ["fewer, which chance explains", 1, 60, 1.4, false],
  ["surely too few", 2, 300, 1.645, true],
])("intervals hold %s", (_, deviation, count, margin, tooFew) => {
  const rows = rowsOf(count, { seed: 3, deviation });
  const interval = { coverage: 0.9, margin };
  const { intervals, explanation } = measurePerformance(regression, rows, { ...registered, interval });
  const within = rows.actual.filter((value, row) => Math.abs(value - (rows.predicted[row] ?? NaN)) <= margin);
  expect(intervals).toEqual({ coverage: 0.9, covered: within.length / count, tooFew });
  expect(explanation).toContain(" Intervals that are to hold 90 % of the targets hold ");
  expect(explanation.includes("surely too few")).toBe(tooFew);
});

test("of a version without intervals, or too few rows, nothing is said of intervals", () => {
  const interval = { coverage: 0.9, factor: 2 };
  const few = measurePerformance(regression, rowsOf(10, { seed: 3, deviation: 1 }), {
    ...registered,
    interval,
  });
  const without = measurePerformance(regression, rowsOf(100, { seed: 3, deviation: 1 }), registered);
  for (const performance of [few, without]) {
    expect(performance).not.toHaveProperty("intervals");
    expect(performance.explanation).not.toContain("Intervals");
  }
});
