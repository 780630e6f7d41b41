import { setTimeout as sleep } from "node:timers/promises";
import { emptySample, type TrackSample } from "../../platform/release/deployment";
import type { LoadResult } from "../../deploy/tests/load";

interface Waiting {
  /** What was sent. */
  readonly load: Pick<LoadResult, "requests" | "failures">;
  /** Fewer say nothing to a canary that is compared with them. */
  readonly minRequests: number;
  /** How long the requests take at most to be in the sample, in milliseconds. */
  readonly lagMs: number;
  readonly signal: AbortSignal;
  /** Between two looks, in milliseconds. */
  readonly pauseMs?: number;
}

/** A sample says little before it has most of what was sent: telemetry drops a part of it under load. */
const enough = 0.5;

const isWhole = (
  sample: TrackSample,
  { load, minRequests }: Pick<Waiting, "load" | "minRequests">,
): boolean =>
  sample.requests >= Math.max(enough * load.requests, minRequests) &&
  (sample.predictions ?? sample.classes) !== undefined;

/**
 * What an environment has seen of a test, once it has seen it: the first release to production is compared with this. Without telemetry
 * in time, the figures that the test itself has counted.
 */
export async function sampleOfTest(
  read: () => Promise<TrackSample | undefined>,
  { load, minRequests, lagMs, signal, pauseMs = 20_000 }: Waiting,
): Promise<TrackSample> {
  const deadline = performance.now() + lagMs;
  for (;;) {
    const sample = (await read()) ?? emptySample;
    if (isWhole(sample, { load, minRequests })) return sample;
    if (performance.now() >= deadline) {
      const { requests, failures } = load;
      return sample.requests < requests ? { ...sample, requests, failures } : sample;
    }
    await sleep(pauseMs, undefined, { signal });
  }
}
