import {
  binRows,
  missingNumber,
  numberBin,
  numberThresholds,
} from "../../../../training/trainers/trees/bins";

test("few values are parted midway, many at quantiles, so that each bin has about as many rows", () => {
  expect(numberThresholds(Float64Array.of(3, 1, NaN, 1, 2))).toEqual(Float64Array.of(1.5, 2.5));
  const thresholds = numberThresholds(Float64Array.from({ length: 25_500 }, (_, index) => index));
  expect(thresholds).toHaveLength(254);
  expect([thresholds[0], thresholds[253]]).toEqual([99.5, 25_399.5]);
});

test.each([
  ["infinity is in the bin at its end", [1, 2, Infinity, -Infinity], [1.5]],
  ["numbers near the largest do not overflow", [-1.7e308, 1.7e308], [0]],
  ["one value has no threshold", [5, 5, 5], []],
  ["none at all neither", [NaN, NaN], []],
])("%s", (_, values, expected) => {
  expect(numberThresholds(Float64Array.from(values))).toEqual(Float64Array.from(expected));
});

test("a row of weight 0 makes no threshold, and one of weight 3 counts as three", () => {
  expect(numberThresholds(Float64Array.of(1, 2, 3), Float64Array.of(1, 0, 1))).toEqual(Float64Array.of(2));
  const values = Float64Array.from({ length: 600 }, (_, index) => index);
  const thrice = Float64Array.from({ length: 1800 }, (_, index) => Math.floor(index / 3));
  expect(
    numberThresholds(
      values,
      values.map(() => 3),
    ),
  ).toEqual(numberThresholds(thrice));
});

test.each([
  ["few", Array.from({ length: 40 }, (_, index) => 31_007.5 + index ** 2 * 97)],
  ["many", Array.from({ length: 5000 }, (_, index) => 900 * 1.0015 ** index + 0.123)],
  ["near each other", Array.from({ length: 300 }, (_, index) => 5e6 + index / 987.1)],
  ["two", [3, 4]],
])(
  "thresholds of a personal number with %s values are round, in order, and no value of anybody",
  (_, values) => {
    const known = numberThresholds(Float64Array.from(values));
    const round = numberThresholds(Float64Array.from(values), undefined, { isPersonal: true });
    expect(round.length).toBeGreaterThan(Math.min(known.length, 20) * 0.45);
    expect([...round]).toEqual([...round].sort((one, other) => one - other));
    const told = new Set([...values, ...known]);
    expect([...round].filter((value) => told.has(value))).toEqual([]);
    // Moving one value does not move them.
    const other = values.map((value, index) => (index === 1 ? value + (values[2] ?? 0) * 1e-7 : value));
    if (values.length > 2)
      expect(numberThresholds(Float64Array.from(other), undefined, { isPersonal: true })).toEqual(round);
  },
);

test.each([
  [-5, 0],
  [1, 0],
  [1.0000000000000002, 1],
  [2, 1],
  [3, 2],
  [Infinity, 2],
  [NaN, missingNumber],
])("%d is in bin %d of those up to 1, up to 2 and above", (value, bin) => {
  expect(numberBin(Float64Array.of(1, 2), value)).toBe(bin);
});

test("rows kept from training have bins, and no part in the thresholds", () => {
  const values = Float64Array.of(1, 2, 100, NaN);
  const { bins, stride, features } = binRows(
    4,
    [
      { kind: "number", monotone: 1, values },
      { kind: "category", monotone: 0, values: Uint8Array.of(1, 2, 0, 2), categories: 2 },
      { kind: "number", monotone: 0, values: values.map(() => 7) },
    ],
    { training: Int32Array.of(0, 1) },
  );
  expect(features[0]).toEqual({
    kind: "number",
    thresholds: Float64Array.of(1.5),
    bins: 2,
    hasMissing: true,
    monotone: 1,
  });
  expect(features[1]).toMatchObject({ kind: "category", bins: 3, hasMissing: true });
  expect(stride).toBe(4);
  expect(Array.from(bins)).toEqual([0, 1, 0, 0, 1, 2, 0, 0, 1, 0, 0, 0, 255, 2, 0, 0]);
});
