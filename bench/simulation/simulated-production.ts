import { TrackSampler } from "../../deploy/laptop/track-sampler";
import {
  emptyDeployment,
  nextDeployment,
  type ReleaseChange,
  type Routes,
} from "../../deploy/rules/transitions";
import type {
  Deployer,
  Deployment,
  DeploymentStatus,
  Release,
  Track,
  TrackSample,
  Traffic,
} from "../../platform/release/deployment";
import type { Chance } from "./chance";

/** How a version answers. */
export interface Version {
  /** What it predicts of a row whose value is standard normal. */
  readonly predict: (row: number, draw: Chance) => number;
  /** Share of requests that it fails. */
  readonly failing: number;
  /** Share of requests that it refuses, although stable answers them. */
  readonly refusing: number;
  readonly latencyMs: (draw: Chance) => number;
}

/** Who asks, and what is seen of the answers. */
export interface Clients {
  /** Requests that come in a minute, at random; on a laptop as many as are sent. */
  readonly perMinute?: number;
  /** Share of requests with a thousand rows of one segment. */
  readonly segments: number;
  /** Share of requests that no version takes. */
  readonly malformed: number;
}

const rowsOfSegment = 1000;
const routes: Routes = { tracks: "two", copies: true, weights: "any" };

/** A production that serves nobody: requests and answers are drawn, and all else is as where it is real. */
export class SimulatedProduction implements Deployer {
  private deployment: Deployment = emptyDeployment("simulated", "simulated");
  private samplers = { stable: new TrackSampler(), canary: new TrackSampler() };

  constructor(
    private readonly versions: { readonly stable: Version; readonly canary: Version },
    private readonly clients: Clients,
    private readonly draw: Chance,
  ) {}

  status(): Promise<DeploymentStatus> {
    const { deployment, samplers } = this;
    const seen = (sampler: TrackSampler): TrackSample => this.seen(sampler);
    return Promise.resolve({
      ...deployment,
      url: "",
      // Most who ask for the status look at no sample.
      get samples() {
        return { stable: seen(samplers.stable), ...(deployment.canary && { canary: seen(samplers.canary) }) };
      },
    });
  }

  deploy(_: string, release: Release, traffic: Traffic): Promise<DeploymentStatus> {
    return this.change({ action: "deploy", release, traffic });
  }

  weight(_environment: string, _model: string, traffic: Traffic): Promise<DeploymentStatus> {
    return this.change({ action: "weight", traffic });
  }

  promote(): Promise<DeploymentStatus> {
    return this.change({ action: "promote" });
  }

  rollback(): Promise<DeploymentStatus> {
    return this.change({ action: "rollback" });
  }

  /** A round of traffic: so many requests, or those of a minute. */
  serve(requests: number): Promise<void> {
    const { perMinute } = this.clients;
    const count = perMinute === undefined ? requests : this.draw.poisson(perMinute);
    const { weight = 0, shadow = 0 } = this.deployment.canary ?? {};
    for (let request = 0; request < count; request += 1) {
      const rows = this.rows();
      if (100 * this.draw.uniform() < weight) this.answer("canary", rows);
      else {
        const predictions = this.answer("stable", rows);
        const copied = predictions.length > 0 && 100 * this.draw.uniform() < shadow;
        if (copied) this.answer("canary", rows, predictions);
      }
    }
    return Promise.resolve();
  }

  /** What a track predicts for a request; nothing of one that it fails or refuses. */
  private answer(track: Track, rows: readonly number[], shadowOf?: readonly number[]): readonly number[] {
    const { draw, clients } = this;
    const { predict, failing, refusing, latencyMs } = this.versions[track];
    const failed = draw.uniform() < failing;
    const malformed = !failed && shadowOf === undefined && draw.uniform() < clients.malformed;
    const refusedAlone = !failed && !malformed && draw.uniform() < refusing;
    const refused = malformed || refusedAlone;
    const predictions = failed || refused ? [] : rows.map((row) => predict(row, draw));
    this.samplers[track].record({
      failed,
      refused,
      // Only the gateway of a laptop asks stable what the canary has refused.
      ...(clients.perMinute === undefined && track === "canary" && { refusedAlone }),
      latencyMs: latencyMs(draw),
      predictions,
      ...(shadowOf && { shadowOf }),
    });
    return predictions;
  }

  private rows(): number[] {
    const { draw, clients } = this;
    const segment = draw.normal();
    if (draw.uniform() >= clients.segments) return [segment];
    return Array.from({ length: rowsOfSegment }, () => segment + 0.1 * draw.normal());
  }

  /** Application Insights has sums of the predictions, and none of them itself. */
  private seen(sampler: TrackSampler): TrackSample {
    const { predictions, ...sample } = sampler.sample();
    if (predictions === undefined) return sample;
    if (this.clients.perMinute === undefined) return { ...sample, predictions };
    const { count, mean, standardDeviation } = predictions;
    return { ...sample, predictions: { count, mean, standardDeviation } };
  }

  private change(change: ReleaseChange): Promise<DeploymentStatus> {
    this.deployment = nextDeployment(this.deployment, change, { routes, time: "2026-01-01T00:00:00Z" });
    this.samplers = { stable: new TrackSampler(), canary: new TrackSampler() };
    return this.status();
  }
}
