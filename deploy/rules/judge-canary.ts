import type { CanaryRule } from "../../platform/definition/definition";
import { PlatformError } from "../../platform/base/errors";
import type { ExpectedShift } from "../../platform/registry/expected-shift";
import { emptySample, type DeploymentStatus, type TrackSample } from "../../platform/release/deployment";
import { decideCanary } from "./canary";
import type { CanaryInput } from "./canary-check";
import type { CanaryStage } from "./canary-stage";
import type { Comparison } from "./comparison";

/** What a canary is judged by, whoever asks: the stages of a release, or an operator. */
export interface CanaryJudging {
  readonly rule: CanaryRule;
  /** What the canary is compared with while the environment has no stable version: what the last tests showed of it. */
  readonly testSample: TrackSample;
  /** The environment that they were in. */
  readonly testEnvironment: string;
  /**
   * It is accepted that the release refuses requests that stable answers. Then neither answers the other's requests, and the canary is
   * compared with what tests showed of it, too.
   */
  readonly acceptsRefusals?: boolean;
  /** How the release's predictions lay to those of another version where the gate found them better. */
  readonly expected?: ExpectedShift;
}

type Serving = Pick<DeploymentStatus, "stable" | "samples">;

/** The stable version that a canary is compared with; nothing where that is what tests showed. */
function comparedStable(
  { stable }: Pick<Serving, "stable">,
  { acceptsRefusals = false }: Pick<CanaryJudging, "acceptsRefusals">,
): Serving["stable"] {
  return acceptsRefusals ? undefined : stable;
}

/**
 * Throws CONFLICT where a canary would be compared with tests, and they have shown too little: no request to the canary could ever
 * decide it, however long it is waited for.
 */
export function requireReference(
  model: string,
  serving: Pick<Serving, "stable">,
  judging: CanaryJudging,
): void {
  if (comparedStable(serving, judging) !== undefined) return;
  const { testSample, testEnvironment: tested, rule } = judging;
  const { requests, predictions, classes } = testSample;
  const remedy = `Run \`mlops load\` in ${tested} again, and then this.`;
  if (requests < rule.minRequests) {
    throw new PlatformError(
      "CONFLICT",
      `${model} cannot be judged as a canary: it is compared with what ${tested} showed of it, and ${tested} has ${requests} requests of it. At least ${rule.minRequests} are needed (canary.minRequests). ${remedy}`,
    );
  }
  if (predictions ?? classes) return;
  throw new PlatformError(
    "CONFLICT",
    `${model} cannot be judged as a canary: it is compared with what ${tested} showed of it, and no prediction of ${tested} is known. At least one is needed. ${remedy}`,
  );
}

/** What is known of a canary: compared with stable or with what tests showed of it. */
export function judgeCanary(
  serving: Serving,
  judging: CanaryJudging & Pick<CanaryInput, "amongMany">,
): Omit<CanaryStage, "weight"> {
  const { samples } = serving;
  const against = comparedStable(serving, judging);
  const reference = against ? (samples.stable ?? emptySample) : judging.testSample;
  const canary = samples.canary ?? emptySample;
  const comparedWith: Comparison = against
    ? { kind: "stable", model: against.model }
    : { kind: "tests", environment: judging.testEnvironment };
  // Of another stable version the gate has seen nothing.
  const expected = judging.expected?.champion === against?.model ? judging.expected : undefined;
  const decision = decideCanary({
    reference,
    canary,
    rule: judging.rule,
    comparedWith,
    ...(judging.amongMany && { amongMany: true }),
    ...(expected && { expected }),
  });
  const { verdict, reason, explanation, leansToHarm } = decision;
  return {
    comparedWith,
    verdict,
    reason,
    explanation,
    ...(leansToHarm !== undefined && { leansToHarm }),
    reference: withoutKept(reference),
    canary: withoutKept(canary),
  };
}

/** A sample as records keep it: the predictions themselves have done their work. */
function withoutKept({ predictions, ...rest }: TrackSample): TrackSample {
  if (predictions === undefined) return rest;
  const { count, mean, standardDeviation } = predictions;
  return { ...rest, predictions: { count, mean, standardDeviation } };
}
