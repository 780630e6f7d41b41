import { reasonOf } from "../../platform/base/errors";
import type { Deployment, TrackSample } from "../../platform/release/deployment";

/** How the versions that serve have answered their requests. */
export interface TrackSamples {
  /** Samples by version (`name:version`) since a time; a version without requests may be absent. */
  since(time: Date, models: readonly string[]): Promise<ReadonlyMap<string, TrackSample>>;
}

/** Samples since a deployment was last changed, by version. A status without them is better than none. */
export async function samplesOfTracks(
  samples: TrackSamples | undefined,
  { stable, canary, history }: Deployment,
  report: (line: string) => void,
): ReturnType<TrackSamples["since"]> {
  const models = [stable, canary].flatMap((release) => (release ? [release.model] : []));
  const last = history.at(-1);
  if (samples === undefined || last === undefined || models.length === 0) return new Map();
  try {
    return await samples.since(new Date(last.time), models);
  } catch (error) {
    report(reasonOf(error));
    return new Map();
  }
}
