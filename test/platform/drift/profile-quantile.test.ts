import { profileNumbers } from "../../../platform/drift/profile-values";
import { profileQuantile } from "../../../platform/drift/profile-quantile";

test("is exact at the edges, which are deciles", () => {
  const profile = profileNumbers(Array.from({ length: 1000 }, (_, index) => index + 1));
  // The nearest rank, which is what the edges are: numpy.quantile(range(1, 1001), q, method="inverted_cdf").
  expect([0.1, 0.5, 0.9].map((share) => profileQuantile(profile, share))).toEqual([100, 500, 900]);
  expect([0, 1].map((share) => profileQuantile(profile, share))).toEqual([1, 1000]);
});

test("is even between them, and ends where the values do", () => {
  const profile = profileNumbers(Array.from({ length: 1000 }, (_, index) => index + 1));
  expect(profileQuantile(profile, 0.25)).toBeCloseTo(250, 10);
  expect(profileQuantile(profile, 0.95)).toBeCloseTo(950, 10);
  expect(profileQuantile(profile, 0.05)).toBeCloseTo(1 + 99 / 2, 10);
});

test.each([
  ["of one value", [7, 7, 7], [7, 7, 7]],
  [
    "of mass at a value",
    [...new Array<number>(90).fill(0), ...Array.from({ length: 10 }, (_, i) => i + 1)],
    [0, 0, 0],
  ],
  ["of no values", [], [NaN, NaN, NaN]],
])("%s", (_, values, quartiles) => {
  const profile = profileNumbers(values);
  expect([0.25, 0.5, 0.75].map((share) => profileQuantile(profile, share))).toEqual(
    quartiles.map((value) => (Number.isNaN(value) ? NaN : (expect.closeTo(value, 10) as number))),
  );
});
