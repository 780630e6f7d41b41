import { coverageOf } from "../../../platform/metrics/coverage";
import { scored } from "./scored-rows";

test.each([
  ["rows within, at and outside of the margin", scored([1, 2, 3, 9], [2, 0, 3, 0]), 2, 0.75],
  ["weights count", scored([1, 2, 3, 9], [2, 0, 3, 0], [1, 1, 1, 7]), 2, 0.3],
])("%s", (_, rows, margin, share) => {
  expect(coverageOf(rows, { coverage: 0.9, margin })).toBeCloseTo(share, 15);
});

test("no rows have no share", () => {
  expect(coverageOf(scored([], []), { coverage: 0.9, margin: 2 })).toBeNaN();
});
