import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { coverageOf } from "../../../platform/metrics/coverage";
import type { ScoredRows } from "../../../platform/metrics/evaluation";
import { conformalInterval } from "../../../training/evaluation/conformal-interval";
import { scored } from "../../platform/metrics/scored-rows";

function conformalMargin(rows: ScoredRows, coverage: number): number {
  const interval = conformalInterval(rows, { coverage, scale: "difference" });
  return "margin" in interval ? interval.margin : NaN;
}

/** Targets 0, 1, 2, ... that are all predicted as 0. */
const counted = (rows: number): number[] => Array.from({ length: rows }, (_, index) => index);
const zeros = (rows: number): number[] => counted(rows).map(() => 0);

// numpy.quantile(distances, ceil((n + 1) * coverage) / n, method="inverted_cdf")
test.each([
  [9, 0.9, 8],
  [10, 0.5, 5],
  [19, 0.9, 17],
  [99, 0.9, 89],
  [100, 0.9, 90],
  [100, 0.99, 99],
  [1000, 0.8, 800],
])("of %d rows, a coverage of %p goes to the distance %p", (rows, coverage, margin) => {
  expect(conformalMargin(scored(counted(rows), zeros(rows)), coverage)).toBe(margin);
});

test("a prediction may be off to either side, and rows may be in any order", () => {
  expect(conformalMargin(scored([5, -9, 1, 0, 30], [0, 0, 0, 0, 29]), 0.5)).toBe(1);
});

test("weights count: all alike change nothing, and a heavy row is many", () => {
  const [actual, predicted] = [counted(10), zeros(10)];
  expect(
    conformalMargin(
      scored(
        actual,
        predicted,
        actual.map(() => 7),
      ),
      0.5,
    ),
  ).toBe(5);
  expect(conformalMargin(scored([0, 1, 2], [0, 0, 0], [8, 1, 1]), 0.5)).toBe(0);
});

test.each([
  [8, 0.9, 9],
  [50, 0.99, 99],
  [1, 0.6, 2],
])("%d rows are too few for a coverage of %p", (rows, coverage, least) => {
  expect(() => conformalMargin(scored(counted(rows), zeros(rows)), coverage)).toThrow(
    `There are ${rows} training rows to tell how far predictions may be off, and intervals with a coverage of ${coverage} need ${least} or more.`,
  );
});

test("new rows are within it as often as is said, whatever their distribution", () => {
  const random = xoroshiro128plus(3);
  const heavyTailed = (): number => 1 / Math.sqrt(uniformFloat64(random) + 1e-12) - 1;
  const sample = (rows: number) => scored(Array.from({ length: rows }, heavyTailed), zeros(rows));
  const covered = Array.from({ length: 300 }, () =>
    coverageOf(sample(100), conformalInterval(sample(50), { coverage: 0.9, scale: "difference" })),
  );
  const mean = covered.reduce((sum, share) => sum + share, 0) / covered.length;
  // Exactly ceil(51 × 0.9) / 51 = 0.902, with a standard error of 0.003.
  expect(Math.abs(mean - 46 / 51)).toBeLessThan(0.01);
});

test("of ratios it is the factor by which a target is greater or smaller than its prediction", () => {
  const rows = scored([1, 30, 8, 5, 100], [2, 10, 2, 5, 20]);
  // Ratios 2, 3, 4, 1 and 5: the fourth smallest of five, by ceil(6 × 0.6).
  const interval = conformalInterval(rows, { coverage: 0.6, scale: "ratio" });
  expect(interval).toEqual({ coverage: 0.6, factor: expect.closeTo(4, 12) as number });
  expect(coverageOf(rows, { coverage: 0.6, factor: 4.0001 })).toBe(0.8);
});
