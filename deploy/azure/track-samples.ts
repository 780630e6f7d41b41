import type { TrackSample } from "../../platform/release/deployment";

/** What was asked of the versions that serve, and how they answered. */
export interface TrackSamples {
  /** Samples by version (`name:version`) since a time; a version without requests may be absent. */
  since(time: Date, models: readonly string[]): Promise<ReadonlyMap<string, TrackSample>>;
}
