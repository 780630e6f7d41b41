import type {
  Deployment,
  DeploymentStatus,
  Release,
  Track,
  Traffic,
} from "../../platform/release/deployment";
import { PlatformError, reasonOf } from "../../platform/base/errors";
import type { DeploymentFiles } from "./deployment-file";
import type { LiveTrack, Routing } from "./routing";
import type { LaunchOptions } from "./scoring-process";
import { SupervisedScoring } from "./supervised-scoring";
import { TrackSampler } from "./track-sampler";
import { TrafficSplitter } from "./traffic-splitter";
import { emptyDeployment, nextDeployment, type ReleaseChange, type Routes } from "../rules/transitions";

interface EnvironmentOptions {
  readonly files: DeploymentFiles;
  readonly launch: LaunchOptions;
  readonly report: (message: string) => void;
}

/** The gateway's own report: the status, and why a track that should serve does not. */
export type LiveStatus = Omit<DeploymentStatus, "url"> & {
  readonly notReady: Readonly<Partial<Record<Track, string>>>;
};

/** The gateway sends any share of the requests, and copies, to the canary. */
const gatewayRoutes: Routes = { tracks: "two", copies: true, weights: "any" };

const noTraffic: Traffic = { weight: 0, shadow: 0 };

/**
 * What one environment serves of one model, and the changes to it. Every change starts what it needs first, then
 * writes deployment.json, then replaces the routing in one step, and only then ends what is not needed any more:
 * a change that fails leaves all as it was, and no request meets a process that is going away.
 */
export class Environment {
  private current: Routing = { splitter: new TrafficSplitter(noTraffic) };
  private changes: Promise<unknown> = Promise.resolve();
  private readonly retiring = new Set<Promise<void>>();

  private deployment: Deployment;
  private closing = false;

  constructor(private readonly options: EnvironmentOptions) {
    this.deployment = emptyDeployment(options.files.environment, options.files.model);
  }

  /** Starts what deployment.json records. A release that does not start is tried again in the background. */
  open(): Promise<void> {
    return this.change(async () => {
      const deployment = await this.options.files.readDeployment();
      const [stable, canary] = await Promise.all(
        [deployment.stable, deployment.canary].map(async (release) => {
          if (release === undefined) return undefined;
          const scoring = this.supervise(release);
          await scoring.startOrRetry();
          return scoring;
        }),
      );
      this.route(deployment, stable, canary);
    });
  }

  get routing(): Routing {
    return this.current;
  }

  status(): LiveStatus {
    const { stable, canary } = this.current;
    const notReady = [stable, canary].flatMap((track) =>
      track === undefined || track.scoring.ready
        ? []
        : [[track.name, track.scoring.lastFailure ?? "It is starting."]],
    );
    return {
      ...this.deployment,
      samples: {
        ...(stable && { stable: stable.sampler.sample() }),
        ...(canary && { canary: canary.sampler.sample() }),
      },
      notReady: Object.fromEntries(notReady) as Partial<Record<Track, string>>,
    };
  }

  deploy(release: Release, traffic: Traffic): Promise<void> {
    return this.change(async () => {
      const next = this.next({ action: "deploy", release, traffic });
      const { stable, canary } = this.current;
      const scoring = await this.startedBefore(next, release);
      this.route(next, stable?.scoring, scoring);
      this.retire(canary);
    });
  }

  weight(traffic: Traffic): Promise<void> {
    return this.change(async () => {
      const next = this.next({ action: "weight", traffic });
      await this.options.files.writeDeployment(next);
      this.route(next, this.current.stable?.scoring, this.current.canary?.scoring);
    });
  }

  promote(): Promise<void> {
    return this.change(async () => {
      const next = this.next({ action: "promote" });
      const { stable, canary } = this.current;
      if (!canary?.scoring.ready) {
        throw new PlatformError(
          "CONFLICT",
          `The canary ${next.stable?.model ?? ""} does not answer, so it cannot take all requests. ${canary?.scoring.lastFailure ?? ""} Roll it back.`,
        );
      }
      await this.options.files.writeDeployment(next);
      this.route(next, canary.scoring, undefined);
      this.retire(stable);
    });
  }

  rollback(): Promise<void> {
    return this.change(async () => {
      const next = this.next({ action: "rollback" });
      const { stable, canary } = this.current;
      if (canary !== undefined) {
        await this.options.files.writeDeployment(next);
        this.route(next, stable?.scoring, undefined);
        this.retire(canary);
      } else if (next.stable !== undefined) {
        const scoring = await this.startedBefore(next, next.stable);
        this.route(next, scoring, undefined);
        this.retire(stable);
      }
    });
  }

  /** Ends all processes after the requests in flight. */
  async close(): Promise<void> {
    this.closing = true;
    // Whoever requested the last change has been told its outcome.
    await Promise.allSettled([this.changes]);
    this.retire(this.current.stable);
    this.retire(this.current.canary);
    await Promise.all(this.retiring);
  }

  private next(change: ReleaseChange): Deployment {
    return nextDeployment(this.deployment, change, { routes: gatewayRoutes, time: new Date().toISOString() });
  }

  private supervise(release: Release): SupervisedScoring {
    return new SupervisedScoring(release, this.options.launch, this.options.report);
  }

  /** One change at a time, in the order they were asked for. */
  private change(task: () => Promise<void>): Promise<void> {
    const run = (): Promise<void> => {
      if (!this.closing) return task();
      throw new PlatformError("BUSY", "The gateway is shutting down. Try again once it has ended.");
    };
    const done = this.changes.then(run, run);
    this.changes = done;
    return done;
  }

  /** Starts a release and then records the deployment; when either fails, the process is gone again. */
  private async startedBefore(next: Deployment, release: Release): Promise<SupervisedScoring> {
    const scoring = this.supervise(release);
    await scoring.start();
    try {
      await this.options.files.writeDeployment(next);
    } catch (error) {
      await scoring.retire();
      throw error;
    }
    return scoring;
  }

  /** Makes a deployment the one that serves, with new samples. */
  private route(
    deployment: Deployment,
    stable: SupervisedScoring | undefined,
    canary: SupervisedScoring | undefined,
  ): void {
    const live = (name: Track, scoring: SupervisedScoring): LiveTrack => ({
      name,
      scoring,
      sampler: new TrackSampler(),
    });
    this.deployment = deployment;
    this.current = {
      ...(stable && { stable: live("stable", stable) }),
      ...(canary && { canary: live("canary", canary) }),
      splitter: new TrafficSplitter(deployment.canary ?? noTraffic),
    };
  }

  private retire(track: LiveTrack | undefined): void {
    if (track === undefined) return;
    const retired = track.scoring.retire().catch((error: unknown) => this.options.report(reasonOf(error)));
    this.retiring.add(retired);
    void retired.finally(() => this.retiring.delete(retired));
  }
}
