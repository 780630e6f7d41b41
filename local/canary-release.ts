import { decideCanary } from "../platform/canary";
import type { CanaryRule } from "../platform/definition";
import type { Deployer, DeploymentStatus, Release, TrackSample } from "../platform/deployment";
import { PlatformError } from "../platform/errors";
import type { CanaryStage } from "./runs";

/** A stage that is still undecided after so many rounds of traffic is rolled back: silence is no proof of health. */
const mostRounds = 5;

export interface CanaryRelease {
  readonly deployer: Deployer;
  readonly environment: string;
  readonly release: Release;
  readonly rule: CanaryRule;
  /** What the canary is compared with while the environment has no stable version: what QA showed of it. */
  readonly qaSample: TrackSample;
  /** Sends so many scoring requests to the environment's URL. */
  readonly sendTraffic: (url: string, requests: number) => Promise<void>;
  readonly onStage: (stage: CanaryStage) => Promise<void>;
  readonly signal: AbortSignal;
}

interface Traffic {
  readonly weight: number;
  readonly shadow: number;
}

/** Requests to send so that the canary's share of them is enough to be judged. */
function requestsFor({ weight, shadow }: Traffic, rule: CanaryRule, hasStable: boolean): number {
  const share = hasStable ? Math.max(weight, shadow) / 100 : 1;
  const rarer = hasStable && weight > 0 ? Math.min(share, 1 - weight / 100) : share;
  return Math.ceil((Math.max(rule.leastRequests, 100) * 1.3) / rarer);
}

/** Sends traffic until one stage is decided. */
async function analyseStage(plan: CanaryRelease, traffic: Traffic): Promise<CanaryStage> {
  const { deployer, environment, release, rule, qaSample } = plan;
  const model = release.model.split(":")[0] ?? "";
  let stage: CanaryStage | undefined;
  for (let round = 0; round < mostRounds && (stage === undefined || stage.verdict === "wait"); round += 1) {
    plan.signal.throwIfAborted();
    const before = await deployer.status(environment, model);
    await plan.sendTraffic(urlOf(before), requestsFor(traffic, rule, before.stable !== undefined));
    const { stable, samples } = await deployer.status(environment, model);
    const reference = stable ? (samples.stable ?? emptySample) : qaSample;
    const canary = samples.canary ?? emptySample;
    const { verdict, explanation } = decideCanary({
      reference,
      canary,
      rule,
      comparedWith: stable ? "stable" : "QA",
    });
    stage = {
      weight: traffic.weight,
      comparedWith: stable?.model ?? "QA",
      verdict,
      explanation,
      reference,
      canary,
    };
  }
  if (!stage)
    throw new PlatformError("DEPLOYMENT_FAILED", "The canary could not be analysed. This is a bug.");
  return stage;
}

const emptySample: TrackSample = { requests: 0, failures: 0 };

function urlOf(status: DeploymentStatus): string {
  if (status.url !== undefined) return status.url;
  throw new PlatformError(
    "DEPLOYMENT_FAILED",
    `${status.environment} stopped serving ${status.model} during the release. \`mlops status\` shows what is recorded; run \`mlops promote\` again.`,
  );
}

/**
 * Takes a release to all traffic in stages, each judged against the stable version; the first stage that is not
 * passed is rolled back. Returns whether the release now is the stable version.
 */
export async function releaseThroughCanary(plan: CanaryRelease): Promise<boolean> {
  const { deployer, environment, release, rule } = plan;
  const model = release.model.split(":")[0] ?? "";
  const stages: Traffic[] = rule.weights.map((weight) => ({ weight, shadow: 0 }));
  const hasStable = (await deployer.status(environment, model)).stable !== undefined;
  // A shadow needs a stable version whose requests it can copy.
  if (rule.shadowPercent > 0 && hasStable) stages.unshift({ weight: 0, shadow: rule.shadowPercent });
  const [first, ...rest] = stages;
  if (!first) return false;
  await deployer.deploy(environment, release, first);
  for (const traffic of [first, ...rest]) {
    if (traffic !== first) await deployer.weight(environment, model, traffic);
    const stage = await analyseStage(plan, traffic);
    await plan.onStage(stage);
    if (stage.verdict !== "advance") {
      await deployer.rollback(environment, model);
      return false;
    }
  }
  await deployer.promote(environment, model);
  return true;
}
