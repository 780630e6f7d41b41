import { sumOf, sumWithout, weightedSum } from "../../../platform/base/sums";

const values = Float64Array.of(1e16, 1, -1e16, 0.1, 0.2);
const weights = Float64Array.of(1, 2, 1, 3, 0);

test("numbers are added in their order", () => {
  expect(sumOf(values)).toBe(1e16 + 1 - 1e16 + 0.1 + 0.2);
  expect(sumOf(Float64Array.from(values).reverse())).toBe(0.2 + 0.1 - 1e16 + 1 + 1e16);
  expect(weightedSum(values, weights)).toBe(1e16 + 2 - 1e16 + 3 * 0.1);
  expect(sumOf(new Float64Array())).toBe(0);
});

test("a missing number counts as what is said, with its weight", () => {
  const some = Float64Array.of(1, NaN, 3);
  expect(sumWithout({ instead: 5 }, some)).toBe(9);
  expect(sumWithout({ instead: 5 }, some, Float64Array.of(1, 10, 2))).toBe(57);
  expect(sumWithout({ instead: NaN }, some)).toBeNaN();
});
