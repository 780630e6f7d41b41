import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { findPopulationFault, type PopulationFault } from "../../../../platform/data/checks/population";
import { nearestRank } from "../../../../platform/base/quantile";
import type { Quartiles } from "../../../../platform/drift/profile-quantile";
import { checksSchema } from "../../../../platform/definition/checks-schema";
import { measureDrift } from "../../../../platform/drift/drift";
import { profileNumbers, profileNumbersAgainst } from "../../../../platform/drift/profile-values";

const limits = checksSchema.parse({});
const rule = { psi: 0.2, significance: 0.01, minRows: 50 };

/** What is found of values now, after those before. */
function faultOf(before: readonly number[], now: readonly number[]): PopulationFault | undefined {
  const reference = profileNumbers(before);
  const current = profileNumbersAgainst(reference, now);
  const { columns } = measureDrift(
    { rows: before.length, columns: { x: reference } },
    { rows: now.length, columns: { x: current } },
    rule,
  );
  const [{ psi = NaN, drifted = false } = {}] = columns;
  const sorted = Float64Array.from(now).sort();
  const [first = NaN, median = NaN, third = NaN] = [0.25, 0.5, 0.75].map((share) =>
    nearestRank(sorted, share),
  );
  const quartiles: Quartiles = [first, median, third];
  return findPopulationFault({ before: reference, now: current, psi, drifted, quartiles }, limits);
}

const many = (count: number, draw: () => number): number[] => Array.from({ length: count }, draw);

function draws(seed: number) {
  const random = xoroshiro128plus(seed);
  const uniform = (): number => 1 - uniformFloat64(random);
  const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return {
    normal,
    lognormal: () => Math.exp(2 * normal()),
    pareto: () => uniform() ** (-1 / 1.5),
    /** Poisson of mean 2: the times until its next events sum up to one. */
    counter: () => {
      let [count, time] = [0, -Math.log(uniform()) / 2];
      for (; time < 1; time -= Math.log(uniform()) / 2) count += 1;
      return count;
    },
    mostlyZero: () => (uniform() < 0.8 ? 0 : Math.exp(normal())),
  };
}

const sizes: [number, number][] = [
  [60, 60],
  [300, 300],
  [300, 1200],
];
const cases = (["normal", "lognormal", "pareto", "counter", "mostlyZero"] as const).flatMap((name) =>
  sizes.map((size): [typeof name, number, number] => [name, ...size]),
);

test.each(cases)(
  "of 1,000 pairs of samples of one %s population (%d and %d rows), fewer than 1 %% are refused",
  (name, before, now) => {
    const draw = draws(before + now)[name];
    let refused = 0;
    for (let pair = 0; pair < 1000; pair++) {
      if (faultOf(many(before, draw), many(now, draw)) !== undefined) refused += 1;
    }
    expect(refused).toBeLessThan(10);
  },
);

describe("data of another population", () => {
  const { normal, lognormal } = draws(1);
  const before = many(500, () => 100 + 10 * normal());
  const skewed = many(500, lognormal);

  test.each<[string, readonly number[], readonly number[], string]>([
    [
      "another unit",
      before,
      many(500, () => 1000 + 100 * normal()),
      "times the spread apart; 3 times are allowed (checks.maxShift)",
    ],
    [
      "of a skewed column, too",
      skewed,
      many(500, () => 1000 * lognormal()),
      "times are allowed (checks.maxShift)",
    ],
    [
      "the same middle, and ten times the spread",
      before,
      many(500, () => 100 + 100 * normal()),
      "between its quartiles",
    ],
    ["a tenth of the spread", before, many(500, () => 100 + normal()), "between its quartiles"],
    [
      "two groups in place of one",
      before,
      many(500, () => 100 + (normal() > 0 ? 15 : -15) + normal()),
      "a population stability index of",
    ],
    ["one value far out", before, [...many(499, () => 100 + 10 * normal()), 1e6], "values up to 1000000, "],
    ["far below", before, [...many(499, () => 100 + 10 * normal()), -1e6], "values up to -1000000, "],
    [
      "a constant that becomes another",
      new Array<number>(100).fill(5),
      new Array<number>(100).fill(6),
      "stability index",
    ],
  ])("%s is refused", (_, then, now, message) => {
    expect(faultOf(then, now)?.message).toContain(message);
  });

  test.each<[string, readonly number[], readonly number[]]>([
    ["a shift of one standard deviation", before, many(500, () => 110 + 10 * normal())],
    ["half as much spread again", before, many(500, () => 100 + 15 * normal())],
    ["a value as far out as some were", skewed, [...many(499, lognormal), 10 * Math.max(...skewed)]],
    ["a constant that stays", new Array<number>(100).fill(5), new Array<number>(100).fill(5)],
    ["no values at all", [], []],
  ])("%s is none", (_, then, now) => {
    expect(faultOf(then, now)).toBeUndefined();
  });

  test("the values that are too far out can be found", () => {
    const now = [...many(499, () => 100 + 10 * normal()), 1e6];
    const { from = NaN, distance = NaN } = faultOf(before, now)?.farOut ?? {};
    expect(now.filter((value) => Math.abs(value - from) > distance)).toEqual([1e6]);
  });
});
