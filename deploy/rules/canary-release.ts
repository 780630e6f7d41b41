import type { CanaryRule } from "../../platform/definition/definition";
import type { Deployer, DeploymentStatus, Release, Traffic } from "../../platform/release/deployment";
import { PlatformError, explainedReasonOf } from "../../platform/base/errors";
import { parseModelRef } from "../../platform/definition/model-ref";
import type { CanaryStage } from "./canary-stage";
import { judgeCanary, requireReference, type CanaryJudging } from "./judge-canary";
import { remainingStages, type RemainingStage } from "./remaining-stages";
import { setCanary } from "./set-canary";

/** Rounds of traffic after which a stage is decided by what there is. */
const defaultRounds = 30;

/** So many times longer the last stage waits: what it lets pass answers everybody. */
export const lastStagePatience = 4;

/** A stage before the last, in which hardly anybody asks, is left once the canary has had this share of `minRequests`. */
const littleTraffic = 0.2;

/** Requests that a round sends to the canary unless its rule asks for more: fewer say little about its latency. */
const minRoundRequests = 100;

/** What a canary is judged by, and whose it is. */
export interface CanaryAnalysis extends CanaryJudging {
  readonly deployer: Deployer;
  readonly environment: string;
  readonly release: Release;
  /** Sends this many scoring requests to the environment's URL, or waits while its clients send theirs. */
  readonly sendTraffic: (url: string, requests: number) => Promise<void>;
  /** Rounds of traffic after which a stage is decided by what there is; the last stage has `lastStagePatience` times as many. */
  readonly maxRounds?: number;
  readonly signal: AbortSignal;
}

export interface CanaryRelease extends CanaryAnalysis {
  /** Tests the canary by itself, before it is judged by anybody else's requests; throws when it fails. */
  readonly testCanary: (url: string) => Promise<void>;
  readonly onStage: (stage: CanaryStage) => Promise<void>;
}

/** Requests to send so that the canary's share of them is enough to be judged. */
function requestsFor({ weight, shadow }: Traffic, rule: CanaryRule, hasStable: boolean): number {
  const share = hasStable ? Math.max(weight, shadow) / 100 : 1;
  const rarer = hasStable && weight > 0 ? Math.min(share, 1 - weight / 100) : share;
  return Math.ceil((Math.max(rule.minRequests, minRoundRequests) * 1.3) / rarer);
}

/** Sends one round of traffic and judges the stage by all that was seen since it began. */
async function judgeRound(
  plan: CanaryAnalysis,
  traffic: Traffic,
  { amongMany }: { readonly amongMany: boolean },
): Promise<CanaryStage> {
  const { deployer, environment, release, rule, signal } = plan;
  const { name } = parseModelRef(release.model);
  signal.throwIfAborted();
  const before = await deployer.status(environment, name);
  await plan.sendTraffic(urlOf(before), requestsFor(traffic, rule, before.stable !== undefined));
  // A round that was cut short is not judged.
  signal.throwIfAborted();
  const after = await deployer.status(environment, name);
  return { weight: traffic.weight, ...judgeCanary(after, { ...plan, amongMany }) };
}

/**
 * What becomes of a stage that is undecided when its time is over. In the last one a canary goes whose harm is too likely. Before it one goes on of which harm is not shown, as there is more to come.
 * Too little to judge is no health, and is rolled back, but for a stage before the last: the next gives the canary more of the few requests.
 */
export function decideAtLast(
  stage: CanaryStage,
  { rule, rounds, last }: { readonly rule: CanaryRule; readonly rounds: number; readonly last: boolean },
): CanaryStage {
  const { reason, canary, explanation, leansToHarm = false } = stage;
  const end = (verdict: CanaryStage["verdict"], why: string, then = ""): CanaryStage => ({
    ...stage,
    verdict,
    explanation: `${why} after ${rounds} rounds of traffic${then}. ${explanation}`,
  });
  if (reason === "unsure") {
    if (last && leansToHarm) return end("roll-back", "Too likely worse than is allowed");
    return end("advance", "Not shown to be worse than is allowed");
  }
  if (last || canary.requests < littleTraffic * rule.minRequests) return end("roll-back", "Still undecided");
  return end("advance", "Undecided", "; the next stage gives it more of the few requests");
}

/** Judges the canary at its present traffic, round by round until it is decided: it advances, or is to be rolled back. */
export async function analyseCanary(plan: CanaryAnalysis, traffic: Traffic): Promise<CanaryStage> {
  const { deployer, environment, release, rule, maxRounds = defaultRounds } = plan;
  const { name } = parseModelRef(release.model);
  requireReference(release.model, await deployer.status(environment, name), plan);
  const last = traffic.weight >= Math.max(...rule.weights);
  const rounds = last ? lastStagePatience * maxRounds : maxRounds;
  for (let round = 1; ; round += 1) {
    const stage = await judgeRound(plan, traffic, { amongMany: round > 1 && round < rounds });
    if (stage.verdict !== "wait") return stage;
    if (round >= rounds) return decideAtLast(stage, { rule, rounds, last });
  }
}

function urlOf(status: DeploymentStatus): string {
  if (status.url !== undefined) return status.url;
  throw new PlatformError(
    "DEPLOYMENT_FAILED",
    `${status.environment} stopped serving ${status.model} during the release. \`mlops status\` shows what is recorded; run \`mlops promote\` again.`,
  );
}

/** Takes a release's canary away, if there is one; what was stable stays. Doing it again changes nothing. */
export async function takeCanaryAway(
  { deployer, environment, release }: Pick<CanaryAnalysis, "deployer" | "environment" | "release">,
  why?: string,
): Promise<boolean> {
  const { name } = parseModelRef(release.model);
  const { canary } = await deployer.status(environment, name);
  if (canary?.digest !== release.digest) return false;
  await deployer.rollback(environment, name, why);
  return true;
}

/** After an error: rolls the canary back if it is this release's. */
async function takeAway(plan: CanaryRelease, error: unknown): Promise<void> {
  const { environment, release } = plan;
  try {
    await takeCanaryAway(plan, `The release failed: ${explainedReasonOf(error)}`);
  } catch (cause) {
    throw new PlatformError(
      "DEPLOYMENT_FAILED",
      `${explainedReasonOf(error)}\nThen the canary ${release.model} could not be taken out of ${environment}: ${explainedReasonOf(cause)} Run \`mlops rollback\`.`,
      { cause: error },
    );
  }
}

/** Takes the release through the stages; whether the last was passed, and the release promoted. */
async function passStages(plan: CanaryRelease, stages: readonly RemainingStage[]): Promise<boolean> {
  const { deployer, environment, release, signal } = plan;
  const { name } = parseModelRef(release.model);
  for (const [index, { traffic, begun }] of stages.entries()) {
    signal.throwIfAborted();
    if (!begun) await setCanary(deployer, environment, { release, traffic });
    if (index === 0) await plan.testCanary(urlOf(await deployer.status(environment, name)));
    const stage = await analyseCanary(plan, traffic);
    await plan.onStage(stage);
    if (stage.verdict !== "advance") {
      await deployer.rollback(environment, name, stage.explanation);
      return false;
    }
  }
  signal.throwIfAborted();
  await deployer.promote(environment, name, "The canary passed its stages.");
  return true;
}

/**
 * Takes a release to all traffic in the stages of its definition, each judged against the stable version; the first
 * stage that is not passed is rolled back. Returns whether the release now is the stable version. A release that is the
 * canary already, as after a crash, goes on where it is. When it throws, as it does when it is aborted, the canary has
 * been rolled back too: nobody would be watching it any more.
 */
export async function releaseThroughCanary(plan: CanaryRelease): Promise<boolean> {
  const { deployer, environment, release, rule } = plan;
  const status = await deployer.status(environment, parseModelRef(release.model).name);
  requireReference(release.model, status, plan);
  try {
    return await passStages(plan, remainingStages(status, release, rule));
  } catch (error) {
    await takeAway(plan, error);
    if (!plan.signal.aborted) throw error;
    throw new PlatformError(
      "INTERRUPTED",
      `The release of ${release.model} was interrupted. It was taken out of ${environment}, which stays as it was.`,
      { cause: error },
    );
  }
}
