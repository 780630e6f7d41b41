import { nearestRank, quantile } from "../../../platform/base/quantile";

const oneToTen = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

// numpy.quantile of 1..10, method "linear".
test.each([
  [0, 1],
  [0.25, 3.25],
  [0.5, 5.5],
  [0.95, 9.55],
  [1, 10],
])("the quantile %p of 1 to 10 is interpolated, %p", (fraction, value) => {
  expect(quantile(oneToTen, fraction)).toBeCloseTo(value, 12);
});

test.each([
  [0, 1],
  [0.5, 5],
  [0.9, 9],
  [0.95, 10],
  [1, 10],
])("the nearest rank at %p of 1 to 10 is one of them, %p", (fraction, value) => {
  expect(nearestRank(oneToTen, fraction)).toBe(value);
});

test("one value is every quantile, and no values have none", () => {
  for (const of of [quantile, nearestRank]) {
    expect([0, 0.5, 0.99, 1].map((fraction) => of([7], fraction))).toEqual([7, 7, 7, 7]);
    expect(of([], 0.5)).toBeNaN();
  }
});
