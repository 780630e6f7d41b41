import { latencyShares, type TrackSample } from "../../../platform/release/deployment";
import { canarySchema } from "../../../platform/definition/canary-schema";

export const rule = canarySchema.parse({});

const latency = (p95: number): NonNullable<TrackSample["latencyMs"]> => ({
  p50: p95 / 2,
  p95,
  p99: p95 * 1.5,
});

/** A sample's latency, all shares of it in proportion to the 95th percentile. */
export const answeredIn = (p95: number): Pick<TrackSample, "latencyMs" | "latencyQuantiles"> => ({
  latencyMs: latency(p95),
  latencyQuantiles: latencyShares.map((share) => ({
    share,
    ms: p95 * (share <= 0.95 ? 0.5 + (0.5 * share) / 0.95 : 1 + 10 * (share - 0.95)),
  })),
});
/** One answer in ten takes five times as long, and the others as long as stable's. */
export const slowTail = (p95: number): Pick<TrackSample, "latencyMs" | "latencyQuantiles"> => {
  const { latencyQuantiles = [] } = answeredIn(p95);
  return {
    latencyMs: { ...latency(p95), p95: 5 * p95, p99: 5 * p95 },
    latencyQuantiles: latencyQuantiles.map(({ share, ms }) => ({ share, ms: share > 0.9 ? 5 * p95 : ms })),
  };
};
export const predictions = (
  count: number,
  mean = 150,
  standardDeviation = 60,
): NonNullable<TrackSample["predictions"]> => ({
  count,
  mean,
  standardDeviation,
});

export function sample(requests: number, change: Partial<TrackSample> = {}): TrackSample {
  return { requests, failures: 0, ...answeredIn(20), predictions: predictions(requests), ...change };
}

export const nothing: TrackSample = { requests: 0, failures: 0 };
export const failed = (requests: number): TrackSample => ({ requests, failures: requests });
