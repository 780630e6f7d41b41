import { intervalAround, predictionIntervalSchema } from "../../../platform/metrics/prediction-interval";

test.each([
  ["a margin", 10, { coverage: 0.9, margin: 12.5 }, [-2.5, 22.5]],
  ["a factor", 10, { coverage: 0.9, factor: 4 }, [2.5, 40]],
  ["a factor of 1", 10, { coverage: 0.9, factor: 1 }, [10, 10]],
])("%s around %d", (_, prediction, interval, expected) => {
  expect(intervalAround(prediction, interval)).toEqual(expected);
});

test.each([
  [{ coverage: 0.9, margin: 0 }, true],
  [{ coverage: 0.9, factor: 1 }, true],
  [{ coverage: 0.9, factor: 0.5 }, false],
  [{ coverage: 0.9, margin: -1 }, false],
  [{ coverage: 1, margin: 1 }, false],
  [{ coverage: 0.9 }, false],
])("%j is read: %s", (interval, isRead) => {
  expect(predictionIntervalSchema.safeParse(interval).success).toBe(isRead);
});
