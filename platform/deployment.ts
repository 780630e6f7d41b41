import type { Digest } from "./files";

/** A packaged model version, ready to be deployed. QA and production get the same one, by digest. */
export interface Release {
  /** `name:version`. */
  readonly model: string;
  /** Folder of the package; it holds `model/` (the model directory) and `package.json` (its manifest). */
  readonly package: string;
  /** Digest of the package's content. */
  readonly digest: Digest;
}

export type Track = "stable" | "canary";

/** What was seen of one track since the traffic was last changed. */
export interface TrackSample {
  readonly requests: number;
  /** Requests answered with 5xx, or not at all. */
  readonly failures: number;
  /** Canary: how many of the requests were copies of which stable's answer was used; absent when none was. */
  readonly shadowed?: number;
  /** Canary: mean absolute difference to stable's predictions for the rows of those copies; absent when none was. */
  readonly meanAbsoluteDifference?: number;
  /** Latency of answered requests in milliseconds; absent when there was none. */
  readonly latencyMs?: { readonly p50: number; readonly p95: number; readonly p99: number };
  /** Predictions (probabilities, for a classification); absent when there was none. */
  readonly predictions?: {
    readonly count: number;
    readonly mean: number;
    readonly standardDeviation: number;
  };
}

export interface DeploymentEvent {
  readonly time: string;
  readonly action: "deploy" | "weight" | "promote" | "rollback";
  readonly model: string;
  readonly detail?: string;
}

/** What an environment serves of one model. Kept on disk, whether or not its processes run. */
export interface Deployment {
  readonly environment: string;
  readonly model: string;
  readonly stable?: Release;
  /** `weight`: share of requests it answers; `shadow`: share copied to it without using its answers; both in percent. */
  readonly canary?: Release & { readonly weight: number; readonly shadow: number };
  /** What stable was before the last promotion: where a rollback without a canary goes. */
  readonly previous?: Release;
  readonly history: readonly DeploymentEvent[];
}

export interface DeploymentStatus extends Deployment {
  /** Base URL of the gateway; absent while nothing is serving. */
  readonly url?: string;
  readonly samples: { readonly stable?: TrackSample; readonly canary?: TrackSample };
}

/** Puts releases into environments. Locally: processes behind a gateway; in Azure: a stack update. */
export interface Deployer {
  status(environment: string, model: string): Promise<DeploymentStatus>;
  /** Starts a release on the canary track with the given traffic; while there is no stable, it answers everything. */
  deploy(
    environment: string,
    release: Release,
    traffic: { weight: number; shadow: number },
  ): Promise<DeploymentStatus>;
  /** Changes the canary's traffic and begins new samples. */
  weight(
    environment: string,
    model: string,
    traffic: { weight: number; shadow: number },
  ): Promise<DeploymentStatus>;
  /** The canary becomes stable and takes all traffic. */
  promote(environment: string, model: string): Promise<DeploymentStatus>;
  /** Takes the canary away; without one, goes back to what stable was before. */
  rollback(environment: string, model: string): Promise<DeploymentStatus>;
}
