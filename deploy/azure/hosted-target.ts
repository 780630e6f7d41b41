import { PlatformError } from "../../platform/base/errors";
import type { Deployer } from "../../platform/release/deployment";
import type { Target } from "../../platform/release/target";
import type { Storage } from "../../platform/storage/storage";
import { statusOf } from "./azure-deployer";
import { InsightsSamples } from "./insights-samples";
import { scoringAccess } from "./scoring-access";
import { findServed } from "./served-record";
import { samplesOfTracks, type TrackSamples } from "./track-samples";

interface HostedTargetOptions {
  /** Where releases record what is served. */
  readonly records: () => Promise<Storage>;
  readonly report: (line: string) => void;
  /** Whether it asks the service and looks at nothing else: it may not read telemetry, nor the key that marks tests. */
  readonly onlyAsks?: boolean;
  readonly samplesOf?: (appId: string) => TrackSamples;
}

/** What no web app does: releases are for pipelines, with their approvals. */
function refused(): Promise<never> {
  return Promise.reject(
    new PlatformError(
      "USAGE",
      "A web app changes no environment: it has no right to. Expected the pipeline of releases, or the command on a machine that is signed in. Release from there.",
    ),
  );
}

/** Environments as a web app sees them, which cannot read stacks: by what each release has recorded. */
export function openHostedTarget({
  records,
  report,
  onlyAsks = false,
  samplesOf = (appId) => new InsightsSamples({ appId }),
}: HostedTargetOptions): Target {
  const deployer: Deployer = {
    status: async (environment, model) => {
      const served = await findServed(await records(), { environment, model });
      if (served === undefined) return { environment, model, history: [], samples: {} };
      const { deployment, url, outputs } = served;
      const { insightsAppId: appId } = outputs;
      const samples = onlyAsks || appId === undefined || appId === "" ? undefined : samplesOf(appId);
      return statusOf(
        { scoringUrl: url },
        deployment,
        await samplesOfTracks(samples, deployment, (line) => report(line)),
      );
    },
    deploy: refused,
    weight: refused,
    promote: refused,
    rollback: refused,
  };
  return {
    deployer,
    hasClients: true,
    sampleLagMs: 6 * 60_000,
    addressLagMs: 0,
    publish: refused,
    access: async (environment, model) => {
      const served = await findServed(await records(), { environment, model });
      return scoringAccess(served?.outputs ?? {}, { report, isTest: !onlyAsks });
    },
    unlock: refused,
    pause: refused,
  };
}
