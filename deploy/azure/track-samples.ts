import type { TrackSample } from "../../platform/release/deployment";

/** How the versions that serve have answered their requests. */
export interface TrackSamples {
  /** Samples by version (`name:version`) since a time; a version without requests may be absent. */
  since(time: Date, models: readonly string[]): Promise<ReadonlyMap<string, TrackSample>>;
}
