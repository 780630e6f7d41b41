import { isSamePrediction } from "../../../platform/model/golden-tolerance";

test.each<[unknown, number | string, boolean]>([
  [1, 1, true],
  [1.05, 1, true],
  [1.2, 1, false],
  // Below 1 the difference counts as it is.
  [0.05, 0, true],
  [0.2, 0.01, false],
  // Above 1 it counts in proportion.
  [1090, 1000, true],
  [-1090, -1000, true],
  [1110, 1000, false],
  ["yes", "yes", true],
  ["yes", "no", false],
  ["1", 1, false],
  [undefined, 1, false],
  [NaN, NaN, false],
  [Infinity, 1, false],
])("%p is as good as %p within a tenth: %p", (actual, expected, same) => {
  expect(isSamePrediction(actual, expected, 0.1)).toBe(same);
});
