import {
  adjustByBenjaminiHochberg,
  chiSquareTest,
  populationStabilityIndex,
  type BinCounts,
} from "../../../platform/drift/compare-counts";
import scipy from "../reference/chi-square.json";

const bins = (reference: readonly number[], current: readonly number[]): BinCounts[] =>
  reference.map((count, index) => ({ reference: count, current: current[index] ?? 0 }));

describe("populationStabilityIndex", () => {
  test("is the sum of (c - r) ln(c / r) over the shares", () => {
    // By hand: (0.2 - 0.5) ln 0.4 + (0.3 - 0.3) ln 1 + (0.5 - 0.2) ln 2.5 = 0.6 ln 2.5.
    expect(populationStabilityIndex(bins([50, 30, 20], [2, 3, 5]))).toBeCloseTo(0.6 * Math.log(2.5), 14);
  });

  test.each([
    ["of equal shares is 0", [10, 20], [5, 10], 0],
    ["leaves out a bin that is empty in both", [10, 0, 20], [5, 0, 10], 0],
    [
      "fills an empty bin with 0.0001",
      [90, 10],
      [100, 0],
      0.1 * Math.log(1 / 0.9) + (0.0001 - 0.1) * Math.log(0.001),
    ],
    ["of an empty sample is large, and a number", [1, 1], [0, 0], 2 * (0.0001 - 0.5) * Math.log(0.0002)],
  ])("%s", (_, reference, current, expected) => {
    expect(populationStabilityIndex(bins(reference, current))).toBeCloseTo(expected, 12);
  });
});

describe("chiSquareTest", () => {
  test.each(scipy.tables)("of $reference and $current is scipy's chi2_contingency", (table) => {
    const result = chiSquareTest(bins(table.reference, table.current));
    expect(result.degreesOfFreedom).toBe(table.degreesOfFreedom);
    expect(result.statistic).toBeCloseTo(table.statistic, 10);
    expect(Math.abs(result.pValue / table.pValue - 1)).toBeLessThan(1e-11);
  });

  test.each([
    ["one bin", [10], [20]],
    ["no bins", [], []],
    ["a bin that only one sample could fill, and did not", [10, 0], [20, 0]],
    ["an empty sample", [10, 5], [0, 0]],
  ])("finds nothing to compare in %s", (_, reference, current) => {
    expect(chiSquareTest(bins(reference, current))).toEqual({
      statistic: 0,
      degreesOfFreedom: 0,
      pValue: 1,
    });
  });

  test("puts bins together in which less than one is expected", () => {
    const apart = chiSquareTest(bins([100, 100, 2, 3, 3], [50, 50, 0, 0, 0]));
    const together = chiSquareTest(bins([100, 100, 8], [50, 50, 0]));
    expect(apart.degreesOfFreedom).toBe(2);
    expect(apart.pValue).toBeCloseTo(together.pValue, 14);
  });

  test("puts what is still rare together with the smallest bin", () => {
    const apart = chiSquareTest(bins([100, 60, 1], [50, 30, 0]));
    expect(apart.degreesOfFreedom).toBe(1);
    expect(apart.statistic).toBeCloseTo(chiSquareTest(bins([100, 61], [50, 30])).statistic, 14);
  });
});

describe("adjustByBenjaminiHochberg", () => {
  // scipy.stats.false_discovery_control
  test.each([
    ["nothing", [], []],
    ["one", [0.04], [0.04]],
    ["three, in any order", [0.03, 0.01, 0.02], [0.03, 0.03, 0.03]],
    ["five", [0.01, 0.04, 0.03, 0.005, 0.2], [0.025, 0.05, 0.05, 0.025, 0.2]],
    ["large ones, at most 1", [0.6, 0.9], [0.9, 0.9]],
  ])("corrects %s", (_, pValues, expected) => {
    const adjusted = adjustByBenjaminiHochberg(pValues);
    expect(adjusted).toHaveLength(expected.length);
    adjusted.forEach((value, index) => expect(value).toBeCloseTo(expected[index] ?? NaN, 14));
  });
});
