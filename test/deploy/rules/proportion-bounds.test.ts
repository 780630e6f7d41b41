import { lowerBoundOfDifference, proportionBounds } from "../../../deploy/rules/proportion-bounds";

// By halving on exact binomial sums in decimals of 40 digits (Python): P(X >= hits) and P(X <= hits) are the error at the bounds.
test.each([
  [3, 3, 0.001, 0.1, 1],
  [0, 450, 0.001, 0, 0.015233347889841825],
  [1, 50, 0.025, 0.000506227983040829, 0.10646954571149993],
  [5, 50, 0.01, 0.026309794258226257, 0.2415526437464757],
  [13, 130, 0.001, 0.03652479672340096, 0.20601395617941723],
  [40, 60, 0.05, 0.553534355534774, 0.766963015097639],
  [75, 500, 0.001, 0.10459201523116272, 0.2049833703275615],
])("bounds of %d of %d with an error of %d", (hits, count, error, low, high) => {
  const bounds = proportionBounds(hits, count, error);
  expect(bounds[0]).toBeCloseTo(low, 12);
  expect(bounds[1]).toBeCloseTo(high, 12);
});

test.each([
  // All of n: the n-th root of the error. None: 1 less the root of what is left.
  [1, 1, 0.001, 1],
  [7, 7, 0.001 ** (1 / 7), 1],
])("bounds of all of %d", (hits, count, low, high) => {
  expect(proportionBounds(hits, count, 0.001)).toEqual([expect.closeTo(low, 12), high]);
});

test("bounds of a million requests are those of the normal distribution, nearly", () => {
  const [low, high] = proportionBounds(10_000, 1_000_000, 0.025);
  const half = 1.96 * Math.sqrt((0.01 * 0.99) / 1e6);
  expect(low).toBeCloseTo(0.01 - half, 5);
  expect(high).toBeCloseTo(0.01 + half, 5);
});

test.each<[string, [number, number], [number, number], (bound: number) => boolean]>([
  ["one of one is nothing", [1, 1], [0, 400], (bound) => bound < 0.01],
  ["three of three are", [3, 3], [0, 400], (bound) => bound > 0.05],
  ["the same shares", [10, 100], [100, 1000], (bound) => bound < 0],
  ["a difference that so many show", [200, 1000], [100, 1000], (bound) => bound > 0.04 && bound < 0.1],
  ["nothing asked", [0, 0], [0, 400], (bound) => bound === -1],
])("the lower bound of a difference: %s", (_, ours, theirs, holds) => {
  expect(holds(lowerBoundOfDifference(ours, theirs, 0.001))).toBe(true);
});
