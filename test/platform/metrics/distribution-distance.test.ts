import {
  distanceByChance,
  distributionDistance,
  meanDifference,
} from "../../../platform/metrics/distribution-distance";

test.each<[string, number[], number[], number]>([
  ["the same", [1, 2, 3], [1, 2, 3], 0],
  ["of other length", [1, 1, 2, 2], [1, 2], 0],
  ["apart", [1, 2], [3, 4], 1],
  ["a constant in the middle", [1, 2, 3, 4], [2.5, 2.5], 0.5],
  ["ties", [0, 0, 0, 1], [0, 1, 1, 1], 0.5],
  // scipy.stats.ks_2samp([1, 2, 3, 4, 5], [2.5, 3.5, 6, 7]).statistic, by hand: at 3 it is 3/5 and 1/4; at 5, 1 and 1/2.
  ["interleaved", [1, 2, 3, 4, 5], [2.5, 3.5, 6, 7], 0.5],
])("the distance of samples that are %s", (_, a, b, expected) => {
  expect(distributionDistance(a, b)).toBeCloseTo(expected, 14);
  expect(distributionDistance(b, a)).toBeCloseTo(expected, 14);
});

test.each<[string, number[], number[], number, number]>([
  ["constants that are nearly the same", [1, 1], [1.1, 1.1], 0.2, 0],
  ["constants that are not", [1, 1], [1.3, 1.3], 0.2, 1],
  ["a mass that has moved a little, among other values", [0, 5, 5, 5, 9], [0, 5.1, 5.1, 5.1, 9], 0.2, 0],
  ["values that overlap only when moved", [1, 2, 3], [2, 3, 4], 1, 0],
])("with a shift, the distance of %s", (_, a, b, shift, expected) => {
  expect(distributionDistance(a, b, shift)).toBeCloseTo(expected, 14);
  expect(distributionDistance(b, a, shift)).toBeCloseTo(expected, 14);
});

test("the distance of what is no number is none", () => {
  expect(distributionDistance([NaN], [1])).toBeNaN();
});

test("the distance by chance falls with the root of the count", () => {
  const [few, many] = [distanceByChance(100, 100, 0.001), distanceByChance(10_000, 10_000, 0.001)];
  expect(few).toBeCloseTo(Math.sqrt(2 * (Math.log(4000) / 200)), 12);
  expect(few / many).toBeCloseTo(10, 12);
});

test("the mean difference is that of all pairs", () => {
  // |1-2|, |1-4|, |1-8|, |2-4|, |2-8|, |4-8|
  expect(meanDifference([1, 2, 4, 8]).mean).toBeCloseTo((1 + 3 + 7 + 2 + 6 + 4) / 6, 14);
  expect(meanDifference([5, 5, 5])).toEqual({ mean: 0, error: 0 });
  expect(meanDifference([1]).mean).toBeNaN();
});

test("the mean difference of evenly spread values is a third of their range, with its error", () => {
  const count = 1000;
  const { mean, error } = meanDifference(Array.from({ length: count }, (_, index) => index / (count - 1)));
  // Of the whole numbers below n, (n + 1) / 3.
  expect(mean).toBeCloseTo((count + 1) / 3 / (count - 1), 12);
  // Twice the deviation of x² - x + 1/2 over 0..1, which is 1 / (6 √5), over √count.
  expect(error).toBeCloseTo(2 / (6 * Math.sqrt(5)) / Math.sqrt(count), 4);
});
