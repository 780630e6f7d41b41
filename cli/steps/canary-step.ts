import { emptySample } from "../../platform/release/deployment";
import { parseModelRef } from "../../platform/definition/model-ref";
import { expectedShift } from "../../platform/registry/expected-shift";
import { breakingTag, requireSteering } from "../../platform/registry/steering-signature";
import { readTrustedKeys } from "../../platform/signing/trusted-keys";
import { PlatformError } from "../../platform/base/errors";
import {
  releaseThroughCanary,
  type CanaryAnalysis,
  type CanaryRelease,
} from "../../deploy/rules/canary-release";
import type { CanaryStage } from "../../deploy/rules/canary-stage";
import { nameOfComparison } from "../../deploy/rules/comparison";
import type { CanaryJudging } from "../../deploy/rules/judge-canary";
import { trackHeader } from "../../deploy/laptop/routing";
import { untilAnswered } from "../../deploy/tests/new-address";
import { requireSmoke, smokeRelease } from "../../deploy/tests/smoke";
import { crown, isInProduction, releaseOf, requireNewerVersion } from "./release-of-run";
import { trafficFor } from "./canary-traffic";
import { defaultStageMinutes } from "./stage-minutes";
import { tagRelease } from "./tag-release";
import type { RunContext, Step, StepResult } from "./step";

/**
 * Where stable was asked the same, only what it answers is held against the canary. Of our own tests one asks to be refused, so that
 * only clients' refusals are told.
 */
function describeRefused({ refusals = 0, refusedAlone = 0, tests }: CanaryStage["canary"]): string {
  if (refusedAlone > 0) return `, ${refusedAlone} refused that stable answers`;
  const ofClients = refusals - (tests?.refusals ?? 0);
  return ofClients > 0 ? `, ${ofClients} refused` : "";
}

/** A stage in a line: what was seen of the canary and, if it did not advance, why. */
export function describeStage({ weight, comparedWith, verdict, explanation, canary }: CanaryStage): string {
  const traffic = weight === 0 ? "shadow" : `canary ${weight} %`;
  const latency = canary.latencyMs ? `, p95 ${canary.latencyMs.p95.toFixed(1)} ms` : "";
  const refused = describeRefused(canary);
  const seen = `${canary.requests} requests, ${canary.failures} failed${refused}${latency}`;
  return `${traffic} against ${nameOfComparison(comparedWith)}: ${verdict}; ${verdict === "advance" ? seen : explanation}`;
}

/** What the canary of a run's release is judged by, at a stage and by hand. */
export async function judgingOf(context: RunContext): Promise<CanaryJudging> {
  const { run, definition, session } = context;
  const { environments, registry } = session;
  // What the last test saw is nearest to what production will see.
  const tested = environments.testing.at(-1) ?? environments.training;
  const version = await registry.get(parseModelRef(releaseOf(context).model));
  const trustedKeys = await session.signing.trustedKeys();
  if (trustedKeys !== undefined) requireSteering(version, await readTrustedKeys(trustedKeys));
  const expected = expectedShift(version.tags);
  return {
    rule: definition.canary,
    testEnvironment: tested,
    testSample: run.tests?.[tested]?.sample ?? emptySample,
    // The operator has accepted, when the release was registered, that it refuses requests that were answered before.
    acceptsRefusals: version.tags[breakingTag] !== undefined,
    ...(expected && { expected }),
  };
}

/** How the canary of a run's release is judged; where clients' requests are waited for, at most so many minutes a stage. */
export async function canaryAnalysisOf(context: RunContext, minutes: number): Promise<CanaryAnalysis> {
  const { session, target } = context;
  return {
    ...(await judgingOf(context)),
    deployer: target.deployer,
    environment: session.environments.production,
    release: releaseOf(context),
    signal: session.signal,
    ...(await trafficFor(context, minutes)),
  };
}

/** What production has as its stable version is the champion. */
async function conclude(context: RunContext, lines: readonly string[]): Promise<StepResult> {
  const { model } = releaseOf(context);
  await crown(context.session, model);
  context.run.outcome = "released";
  context.run.explanation = `${model} is in production.`;
  return { message: [...lines, `100 %: ${model} takes all traffic`].join("\n") };
}

/** The golden rows of the release, asked of the canary alone: clients need not find out that it predicts something else. */
export async function testCanary(context: RunContext, url: string): Promise<void> {
  const { session, target, definition } = context;
  const { production } = session.environments;
  const access = await target.access(production, definition.name);
  await untilAnswered(url, { ...access, limitMs: target.addressLagMs, signal: session.signal });
  const asked = { ...access, headers: { ...access.headers, [trackHeader]: "canary" } };
  requireSmoke(await smokeRelease(releaseOf(context), url, asked), `${production}, as the canary`);
}

async function passCanary(context: RunContext, minutes: number): Promise<StepResult> {
  const { session, run } = context;
  const { model } = releaseOf(context);
  if (!run.approval) {
    throw new PlatformError(
      "CONFLICT",
      `${model} is not approved. Run \`mlops promote ${model}\`, or say with --approved-by who has approved it.`,
    );
  }
  // After a crash between the last two halves of a release, only the second is missing.
  if (await isInProduction(context, releaseOf(context))) return conclude(context, []);
  await requireNewerVersion(context);
  const stages: CanaryStage[] = [];
  const plan: CanaryRelease = {
    ...(await canaryAnalysisOf(context, minutes)),
    testCanary: (url) => testCanary(context, url),
    onStage: async (stage) => {
      stages.push(stage);
      run.canary = stages;
      session.output.update(`release: ${describeStage(stage)}`);
      await session.runs.save(run);
    },
  };
  const released = await releaseThroughCanary(plan);
  const lines = stages.map(describeStage);
  await tagRelease(context, stages, released ? "released" : "rolled back");
  if (released) return conclude(context, lines);
  return {
    message: [...lines, `${model} was rolled back; production stays as it was`].join("\n"),
    ends: { outcome: "rolled-back", explanation: `${model} was rolled back: ${stages.at(-1)?.explanation}` },
  };
}

/** Takes the release through the stages of its definition, from the one it is at. */
export const releaseStepWithin = (minutes: number): Step => ({
  name: "release",
  run: (context) => passCanary(context, minutes),
});

export const releaseStep = releaseStepWithin(defaultStageMinutes);
