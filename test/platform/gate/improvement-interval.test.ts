import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { bootstrapImprovement } from "../../../platform/gate/improvement-interval";
import { metricNames, type MetricName } from "../../../platform/definition/metric-names";
import reference from "../reference/bootstrap.json";
import { scored } from "../metrics/scored-rows";

function generator(seed: number): { uniform: () => number; normal: () => number } {
  const random = xoroshiro128plus(seed);
  const uniform = (): number => uniformFloat64(random);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

const named = (name: string): MetricName => metricNames.find((metric) => metric === name) ?? "rmse";

describe("bootstrapImprovement", () => {
  test.each(reference.cases)("of $metric is scipy's percentile interval, to sampling error", (one) => {
    const input = {
      metric: named(one.metric),
      candidate: scored(one.actual, one.candidate),
      champion: scored(one.actual, one.champion),
    };
    // scipy.stats.bootstrap with 200,000 resamples; the ends of one of 1,000 scatter by 0.085 standard errors
    // (sqrt(0.025 * 0.975 / 1000) over the normal density there, 0.0584). Four times that, on the mean of four seeds.
    const intervals = [1, 2, 3, 4].map((seed) => bootstrapImprovement({ level: 0.95, ...input, seed }));
    const mean = (end: "low" | "high"): number =>
      intervals.reduce((sum, interval) => sum + (interval?.[end] ?? NaN) / intervals.length, 0);
    const tolerance = (4 * 0.085 * one.standardError) / 2;
    expect(Math.abs(mean("low") - one.low)).toBeLessThan(tolerance);
    expect(Math.abs(mean("high") - one.high)).toBeLessThan(tolerance);
  });

  test("holds the true difference in about 95 % of samples", () => {
    const { normal } = generator(11);
    const repetitions = 200;
    let held = 0;
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const actual = Array.from({ length: 100 }, normal);
      const candidate = actual.map((value) => value + normal());
      const champion = actual.map(
        (value, row) => value + 0.5 * ((candidate[row] ?? 0) - value) + 1.2 * normal(),
      );
      const interval = bootstrapImprovement({
        level: 0.95,
        metric: "rmse",
        candidate: scored(actual, candidate),
        champion: scored(actual, champion),
        seed: repetition,
      });
      // The errors are normal with variances 1 and 0.25 + 1.44.
      const difference = Math.sqrt(1.69) - 1;
      if (interval && interval.low <= difference && difference <= interval.high) held++;
    }
    // 95 % of 200 is 190; the standard deviation is 3.1, and percentile intervals of 100 rows are a little short.
    expect(held).toBeGreaterThanOrEqual(178);
    expect(held).toBeLessThanOrEqual(199);
  });

  const { uniform, normal } = generator(3);
  const many = 20_001;
  const label = Array.from({ length: many }, () => (uniform() < 0.3 ? 1 : 0));
  const logit = label.map((value) => value + normal());
  const probability = (spread: number): number[] =>
    logit.map((value) => Math.round(1e4 / (1 + Math.exp(-value - spread * normal()))) / 1e4);
  const [better, worse] = [probability(0.1), probability(0.5)];

  test.each(["auc", "f1"] as const)(
    "of %s has the same width from groups of many rows as from the rows themselves",
    (metric) => {
      const width = (rows: number): number => {
        const [actual, candidate, champion] = [label, better, worse].map((values) => values.slice(0, rows));
        const interval = bootstrapImprovement({
          level: 0.95,
          metric,
          candidate: scored(actual ?? [], candidate ?? []),
          champion: scored(actual ?? [], champion ?? []),
          seed: 5,
        });
        return (interval?.high ?? NaN) - (interval?.low ?? NaN);
      };
      // One row more switches to groups. Both widths scatter by some 3 % with 1,000 resamples.
      expect(width(many) / width(many - 1)).toBeGreaterThan(0.88);
      expect(width(many) / width(many - 1)).toBeLessThan(1.12);
    },
  );

  test("is the same for a seed, and another for another", () => {
    const input = {
      metric: "rmse" as const,
      candidate: scored([1, 2, 3, 4], [1, 2, 3, 5]),
      champion: scored([1, 2, 3, 4], [1, 3, 3, 4.5]),
    };
    expect(bootstrapImprovement({ level: 0.95, ...input, seed: 1 })).toEqual(
      bootstrapImprovement({ level: 0.95, ...input, seed: 1 }),
    );
    expect(bootstrapImprovement({ level: 0.95, ...input, seed: 1 })).not.toEqual(
      bootstrapImprovement({ level: 0.95, ...input, seed: 2 }),
    );
  });

  test("of two equal models is 0 to 0", () => {
    const rows = scored([1, 2, 3], [1, 2, 4]);
    expect(
      bootstrapImprovement({ level: 0.95, metric: "mae", candidate: rows, champion: rows, seed: 1 }),
    ).toEqual({
      level: 0.95,
      low: 0,
      high: 0,
      resamples: 1000,
    });
  });

  test("counts only resamples on which the metric is defined", () => {
    const [candidate, champion] = [
      scored([1, 0, 0, 0], [0.9, 0.2, 0.1, 0.3]),
      scored([1, 0, 0, 0], [0.2, 0.3, 0.1, 0.4]),
    ];
    const interval = bootstrapImprovement({ level: 0.95, metric: "auc", candidate, champion, seed: 1 });
    // All four draws miss the only positive row with probability 0.75^4 = 0.32.
    expect(interval?.resamples).toBeGreaterThan(630);
    expect(interval?.resamples).toBeLessThan(740);
  });

  test.each([
    ["no rows", [], []],
    ["one row", [1], [2]],
  ])("there is none of %s", (_, actual, predicted) => {
    const rows = scored(actual, predicted);
    expect(
      bootstrapImprovement({ level: 0.95, metric: "rmse", candidate: rows, champion: rows, seed: 1 }),
    ).toBeUndefined();
  });
});
