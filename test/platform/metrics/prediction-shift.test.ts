import { predictionShift } from "../../../platform/metrics/prediction-shift";

const values = (count: number, of: (index: number) => number): Float64Array =>
  Float64Array.from({ length: count }, (_, index) => of(index));

test("is in units of the predictions before", () => {
  // 0, 1, ... 999: a standard deviation of sqrt((n^2 - 1) / 12), and (n + 1) / 3 between two of them on average.
  const before = values(1000, (index) => index);
  const shift = predictionShift(
    before,
    before.map((value) => 2 * value + 100),
  );
  expect(shift?.mean).toBeCloseTo(599.5 / Math.sqrt((1000 ** 2 - 1) / 12), 12);
  expect(shift?.spread).toBe(2);
  expect(shift?.disagreement).toBeCloseTo(599.5 / (1001 / 3), 12);
  expect(shift?.distance).toBeGreaterThan(0.4);
});

test("is none of the same predictions, and of such as differ by next to nothing", () => {
  const before = values(1000, (index) => index);
  expect(predictionShift(before, before)).toEqual({ mean: 0, spread: 1, distance: 0, disagreement: 0 });
  const near = predictionShift(
    before,
    before.map((value) => value + 50),
  );
  expect(near?.distance).toBe(0);
});

test("tells other rows from the same distribution by the disagreement alone", () => {
  const before = values(1000, (index) => index);
  const shift = predictionShift(before, before.toReversed());
  expect(shift).toMatchObject({ spread: 1, distance: 0 });
  expect(shift?.mean).toBeCloseTo(0, 12);
  expect(shift?.disagreement).toBeCloseTo(500 / (1001 / 3), 12);
});

test("is not known where the predictions before do not vary, or those now", () => {
  const before = values(10, () => 1);
  expect(
    predictionShift(
      before,
      values(10, (index) => index),
    ),
  ).toBeUndefined();
  expect(
    predictionShift(
      values(10, (index) => index),
      before,
    ),
  ).toBeUndefined();
});
