import { chanceOfAtLeast, goals, verdictOf } from "../../../bench/simulation/goals";

test.each([
  // Of 3 cases each with a half: 7 of 8 have one or more, 4 of 8 two or more, 1 of 8 three.
  [1, 3, 0.5, 7 / 8],
  [2, 3, 0.5, 1 / 2],
  [3, 3, 0.5, 1 / 8],
  [0, 3, 0.5, 1],
  [2, 2, 0.01, 1e-4],
  [1, 1000, 0.01, 1 - 0.99 ** 1000],
])("the chance of at least %d of %d, each with %d, is %d", (hits, count, share, chance) => {
  expect(chanceOfAtLeast({ hits, count }, share)).toBeCloseTo(chance, 12);
});

test("the tail of many cases is that of all single terms, and never more than 1", () => {
  expect(chanceOfAtLeast({ hits: 1, count: 100_000 }, 0.5)).toBeLessThanOrEqual(1);
  expect(chanceOfAtLeast({ hits: 50_000, count: 100_000 }, 0.5)).toBeCloseTo(0.5, 2);
});

test.each([
  // 1 %: ten of a thousand are allowed, and 22 would come in fewer than one of a thousand simulations.
  [10, 1000, "met"],
  [11, 1000, "within chance"],
  [21, 1000, "within chance"],
  [22, 1000, "missed"],
  [0, 20, "met"],
  // Small numbers do not fail by chance, and still fail.
  [1, 20, "within chance"],
  [4, 20, "missed"],
  [20, 20, "missed"],
] as const)("%d of %d rolled back: %s", (hits, count, verdict) => {
  expect(verdictOf(goals.rolledBack, { hits, count })).toBe(verdict);
});

test("what no test could meet is out of reach, unless it is met all the same", () => {
  expect(verdictOf(goals.notFound, { hits: 500, count: 1000 }, true)).toBe("out of reach");
  expect(verdictOf(goals.notFound, { hits: 50, count: 1000 }, true)).toBe("met");
});

test("the goals are those of the product", () => {
  const { rolledBack, undecided, notFound, promoted } = goals;
  expect([rolledBack, undecided, notFound, promoted].map(({ atMost }) => atMost)).toEqual([
    0.01, 0.02, 0.05, 0.05,
  ]);
});
