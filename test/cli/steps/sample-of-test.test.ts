import { sampleOfTest } from "../../../cli/steps/sample-of-test";
import { emptySample, type TrackSample } from "../../../platform/release/deployment";

const predictions = { count: 100, mean: 1, standardDeviation: 1 };
const load = { requests: 100, failures: 0 };
const minRequests = 50;
const { signal } = new AbortController();

/** Answers one sample after the other, the last for ever; counts how often it was asked. */
function answers(...samples: (TrackSample | undefined)[]) {
  let asked = 0;
  const read = () => Promise.resolve(samples[Math.min(asked++, samples.length - 1)]);
  return { read, asked: () => asked };
}

test("where requests count as they are answered, the first look is the sample", async () => {
  const { read, asked } = answers({ requests: 100, failures: 0, predictions });
  expect(await sampleOfTest(read, { load, minRequests, lagMs: 0, signal })).toEqual({
    requests: 100,
    failures: 0,
    predictions,
  });
  expect(asked()).toBe(1);
});

test("telemetry that is on its way is waited for", async () => {
  const whole = { requests: 96, failures: 0, predictions };
  const { read, asked } = answers(undefined, emptySample, { requests: 90, failures: 0 }, whole);
  expect(await sampleOfTest(read, { load, minRequests, lagMs: 60_000, signal, pauseMs: 1 })).toEqual(whole);
  expect(asked()).toBe(4);
});

test("a part that is less than a canary needs is waited for as well", async () => {
  const part = { requests: 90, failures: 0, predictions };
  const whole = { requests: 99, failures: 0, predictions };
  const { read } = answers(part, whole);
  const waiting = { load, lagMs: 60_000, signal, pauseMs: 1 };
  expect(await sampleOfTest(read, { ...waiting, minRequests: 95 })).toEqual(whole);
  expect(await sampleOfTest(answers(part, whole).read, { ...waiting, minRequests: 90 })).toEqual(part);
});

test("what has not come in time is what the test itself has counted", async () => {
  const { read } = answers({ requests: 3, failures: 0 });
  expect(await sampleOfTest(read, { load, minRequests, lagMs: 30, signal, pauseMs: 10 })).toEqual({
    requests: 100,
    failures: 0,
  });
  expect(await sampleOfTest(answers(undefined).read, { load, minRequests, lagMs: 0, signal })).toEqual({
    requests: 100,
    failures: 0,
  });
});

test("the wait ends with the command", async () => {
  const stop = new AbortController();
  const { read } = answers(emptySample);
  const waiting = sampleOfTest(read, { load, minRequests, lagMs: 60_000, signal: stop.signal });
  stop.abort();
  await expect(waiting).rejects.toThrow(/abort/i);
});
