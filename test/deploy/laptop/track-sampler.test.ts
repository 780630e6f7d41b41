import { TrackSampler, type Outcome } from "../../../deploy/laptop/track-sampler";

const answered = (latencyMs: number, predictions: number[] = []): Outcome => ({
  failed: false,
  latencyMs,
  predictions,
});

test("a track without requests has neither latency nor predictions", () => {
  expect(new TrackSampler().sample()).toEqual({ requests: 0, failures: 0 });
});

test("a track that only fails has neither latency nor predictions", () => {
  const sampler = new TrackSampler();
  sampler.record({ failed: true, latencyMs: 5, predictions: [] });
  expect(sampler.sample()).toEqual({ requests: 1, failures: 1 });
});

test("latency is of answered requests, of which the last 4,096 count", () => {
  const sampler = new TrackSampler();
  for (let count = 0; count < 1000; count += 1) sampler.record(answered(1000));
  sampler.record({ failed: true, latencyMs: 1e6, predictions: [] });
  for (let count = 0; count < 4096; count += 1) sampler.record(answered(count));
  expect(sampler.sample()).toEqual({
    requests: 5097,
    failures: 1,
    latencyMs: { p50: 2047, p95: 3891, p99: 4055 },
  });
});

test("mean and standard deviation are right where the naive sum of squares is not", () => {
  // Population variance of 4, 7, 13, 16 is 22.5; the offset costs the naive formula all its digits.
  const sampler = new TrackSampler();
  sampler.record(answered(1, [1e9 + 4, 1e9 + 7]));
  sampler.record(answered(1, [1e9 + 13, 1e9 + 16]));
  const { predictions } = sampler.sample();
  expect(predictions?.count).toBe(4);
  expect(predictions?.mean).toBe(1e9 + 10);
  expect(predictions?.standardDeviation).toBeCloseTo(Math.sqrt(22.5), 9);
});

test("copies are counted and compared with stable's predictions for the same rows", () => {
  const sampler = new TrackSampler();
  sampler.record({ ...answered(1, [10, 20]), shadowOf: [11, 17] });
  sampler.record({ ...answered(1, [30]), shadowOf: [30] });
  sampler.record({ failed: true, latencyMs: 1, predictions: [], shadowOf: [1] });
  sampler.record(answered(1, [50]));
  expect(sampler.sample()).toMatchObject({
    requests: 4,
    failures: 1,
    shadowed: 3,
    meanAbsoluteDifference: 4 / 3,
    predictions: { count: 4 },
  });
});
