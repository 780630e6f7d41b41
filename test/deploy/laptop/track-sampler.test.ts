import { latencyShares } from "../../../platform/release/deployment";
import { TrackSampler, type Outcome } from "../../../deploy/laptop/track-sampler";

const answered = (latencyMs: number, predictions: Outcome["predictions"] = []): Outcome => ({
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
  const { latencyQuantiles, ...sample } = sampler.sample();
  expect(sample).toEqual({
    requests: 5097,
    failures: 1,
    latencyMs: { p50: 2047, p95: 3891, p99: 4055 },
  });
  expect(latencyQuantiles?.map(({ share }) => share)).toEqual(latencyShares);
  expect(latencyQuantiles?.find(({ share }) => share === 0.9)?.ms).toBe(3686);
  expect(latencyQuantiles?.at(-1)?.ms).toBe(4095);
});

test.each([1, 7, 400, 4095, 4096, 5000])(
  "asked after each %d answers, the latencies are those of the last 4,096 all the same",
  (step) => {
    const sampler = new TrackSampler();
    const seen: number[] = [];
    for (let asked = 0; asked < 4; asked++) {
      // The ring is full by then, and what comes is not in order, nor all different.
      for (let index = 0; index < (asked === 0 ? 4090 : step); index++) {
        const latencyMs = ((seen.length * 7919) % 1000) / 10;
        seen.push(latencyMs);
        sampler.record({ failed: false, latencyMs, predictions: [] });
      }
      const rising = seen.slice(-4096).sort((one, other) => one - other);
      const { latencyQuantiles = [] } = sampler.sample();
      expect(latencyQuantiles.map(({ ms }) => ms)).toEqual(
        latencyQuantiles.map(({ share }) => rising[Math.max(1, Math.ceil(share * rising.length)) - 1]),
      );
      expect(latencyQuantiles.length).toBeGreaterThan(5);
    }
  },
);

test("mean and standard deviation are right where the naive sum of squares is not", () => {
  // Population variance of 4, 7, 13, 16 is 22.5; the offset costs the naive formula all its digits.
  const sampler = new TrackSampler();
  for (const value of [4, 7, 13, 16]) sampler.record(answered(1, [1e9 + value]));
  const { predictions } = sampler.sample();
  expect(predictions?.count).toBe(4);
  expect(predictions?.mean).toBe(1e9 + 10);
  expect(predictions?.standardDeviation).toBeCloseTo(Math.sqrt(22.5), 9);
});

test("a request of many rows counts once, by one of them", () => {
  const sampler = new TrackSampler();
  sampler.record(answered(1, Array<number>(1000).fill(9)));
  for (let count = 0; count < 3; count += 1) sampler.record(answered(1, [1]));
  expect(sampler.sample().predictions).toMatchObject({ count: 4, mean: 3, kept: [1, 1, 1, 9] });
});

test("tests of our own are counted among all requests, and apart", () => {
  const sampler = new TrackSampler();
  sampler.record({ ...answered(1, [1]), isTest: true });
  sampler.record({ ...answered(1), isTest: true, failed: true });
  sampler.record({ ...answered(1), refused: true });
  expect(sampler.sample()).toMatchObject({
    requests: 3,
    failures: 1,
    refusals: 1,
    tests: { requests: 2, failures: 1 },
  });
});

test("refusals of what stable answers are counted where stable was asked", () => {
  const sampler = new TrackSampler();
  sampler.record(answered(1, [1]));
  expect(sampler.sample()).not.toHaveProperty("refusedAlone");
  sampler.record({ ...answered(1, [1]), refusedAlone: false });
  expect(sampler.sample()).toMatchObject({ refusedAlone: 0 });
  sampler.record({ ...answered(1), refused: true, refusedAlone: true });
  sampler.record({ ...answered(1), refused: true, refusedAlone: false });
  expect(sampler.sample()).toMatchObject({ requests: 4, refusals: 2, refusedAlone: 1 });
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
    // (1 + 3) / 2 of the first, 0 of the second.
    pairs: { count: 2, meanAbsoluteDifference: 1, standardDeviation: 1 },
    predictions: { count: 3 },
  });
});

test("a refusal is counted, and its latency is not that of an answer", () => {
  const sampler = new TrackSampler();
  sampler.record(answered(40, [1]));
  sampler.record({ ...answered(1), refused: true });
  expect(sampler.sample()).toMatchObject({ requests: 2, failures: 0, refusals: 1, latencyMs: { p50: 40 } });
});

test("of each request one prediction is kept, not always the first, and at most 500 are shown, in order", () => {
  const sampler = new TrackSampler();
  for (let count = 0; count < 30; count += 1) sampler.record(answered(1, [10, 20, 30]));
  expect(sampler.sample().predictions?.kept).toEqual(
    [10, 20, 30].flatMap((value) => Array<number>(10).fill(value)),
  );
  for (let count = 0; count < 5000; count += 1) sampler.record(answered(1, [count]));
  const kept = sampler.sample().predictions?.kept ?? [];
  expect(kept).toHaveLength(500);
  expect(kept).toEqual([...kept].sort((a, b) => a - b));
  // The last 4,096, to within a rank of one in five hundred.
  expect(kept[0]).toBeCloseTo(5000 - 4096 + 4, -1);
  expect(kept.at(-1)).toBeCloseTo(4999 - 4, -1);
});

test("classes are counted, one row of a request, and a copy that differs in a class counts by its rows", () => {
  const sampler = new TrackSampler();
  for (const name of ["a", "__proto__", "a"]) sampler.record(answered(1, [name]));
  sampler.record({ ...answered(1, ["a", "b", "c", "a"]), shadowOf: ["a", "b", "a", "a"] });
  const { classes, predictions, pairs } = sampler.sample();
  expect(predictions).toBeUndefined();
  expect(classes).toHaveLength(2);
  expect(classes).toEqual(
    expect.arrayContaining([
      { name: "a", count: 3 },
      { name: "__proto__", count: 1 },
    ]),
  );
  expect(pairs).toMatchObject({ count: 1, meanAbsoluteDifference: 0.25 });
});
