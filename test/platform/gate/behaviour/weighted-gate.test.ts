import { bootstrapImprovement } from "../../../../platform/gate/improvement-interval";
import type { GateRule } from "../../../../platform/definition/definition";
import { metricNames, type MetricName } from "../../../../platform/definition/metric-names";
import type { ScoredRows } from "../../../../platform/metrics/evaluation";
import { decidePromotion } from "../../../../platform/gate/promotion";
import { repeated, scored } from "../../metrics/scored-rows";

/** The candidate is better where the rows weigh much, and worse in most rows. */
const times = 25;
const actual = repeated([0, 0, 0, 0], times);
const candidate = repeated([1, 3, 3, 3], times);
const champion = repeated([2, 2, 2, 2], times);
const weights = repeated([9, 1, 1, 1], times);
const rule: GateRule = {
  metric: "mae",
  minImprovement: 0,
  confidence: 0.95,
  floors: [{ metric: "mae", max: 2 }],
  slices: [],
};

describe("the gate counts rows by their weights", () => {
  const decide = (of: readonly number[] | undefined, slices: readonly string[] = []) =>
    decidePromotion({
      rule: { ...rule, slices: slices.length > 0 ? [{ column: "sex", mayBeWorseBy: 0, minRows: 1 }] : [] },
      candidate: scored(actual, candidate, of),
      champion: { model: "cost:1", rows: scored(actual, champion, of) },
      slices: slices.length > 0 ? [{ column: "sex", groups: slices }] : [],
      seed: 1,
      evaluation: "on",
    });

  test("in its metric, its floors and the comparison", () => {
    expect(decide(weights)).toMatchObject({
      promote: true,
      reason: "better",
      candidate: 1.5,
      champion: { value: 2 },
      improvement: 0.5,
      floors: [{ value: 1.5, holds: true }],
      rows: 4 * times,
    });
    expect(decide(undefined)).toMatchObject({ promote: false, reason: "below-floor", candidate: 2.5 });
  });

  test("in each slice", () => {
    const decision = decide(repeated([9, 3, 1, 1], times), repeated(["a", "a", "b", "b"], times));
    expect(decision).toMatchObject({ promote: false, reason: "worse-slice" });
    expect(decision.slices).toMatchObject([
      { value: "a", candidate: 1.5, champion: 2, holds: true },
      { value: "b", candidate: 3, champion: 2, holds: false },
    ]);
  });
});

/** Numbers from 0 to 1 that look like chance. */
function noise(length: number, step: number): number[] {
  return Array.from({ length }, (_, index) => (index * step) % 1);
}

// One more than are resampled by the row goes by groups of rows.
describe.each([200, 20_001])("the interval of %d rows", (rows) => {
  const label = noise(rows, 0.618).map((value) => (value < 0.4 ? 1 : 0));
  const scores = (weight: number, step: number): number[] =>
    noise(rows, step).map((chance, row) => weight * (label[row] ?? 0) + (0.9 - weight) * chance);
  const [better, worse] = [scores(0.3, 0.414), scores(0.1, 0.732)];
  /** A mean of areas is one of lists of probabilities. */
  const rowsOf = (metric: MetricName, positive: readonly number[], of?: readonly number[]): ScoredRows =>
    metric === "aucMacro" || metric === "aucWeighted"
      ? {
          ...scored(label, positive, of),
          predicted: Float64Array.from(positive.flatMap((value) => [1 - value, value])),
          classes: 2,
        }
      : scored(label, positive, of);

  test.each(metricNames)("of %s is that of equal weights when all weigh the same", (metric) => {
    const interval = (of?: readonly number[]) =>
      bootstrapImprovement({
        level: 0.95,
        metric,
        candidate: rowsOf(metric, better, of),
        champion: rowsOf(metric, worse, of),
        seed: 3,
      });
    const [plain, weighted] = [interval(), interval(label.map(() => 2.5))];
    expect(weighted?.low).toBeCloseTo(plain?.low ?? NaN, 10);
    expect(weighted?.high).toBeCloseTo(plain?.high ?? NaN, 10);
  });

  test.each(metricNames)("of %s does not see rows that weigh nothing", (metric) => {
    // Where the candidate is wrong, the rows weigh nothing; elsewhere it is right and the champion is not.
    const mute = label.map((_, row) => (row % 2 === 0 ? 0 : 1));
    const right = label.map((value, row) => (row % 2 === 0 ? 1 - value : value === 1 ? 0.9 : 0.1));
    const interval = bootstrapImprovement({
      level: 0.95,
      metric,
      candidate: rowsOf(metric, right, mute),
      champion: rowsOf(metric, worse, mute),
      seed: 3,
    });
    expect(interval?.low).toBeGreaterThan(0);
  });
});
