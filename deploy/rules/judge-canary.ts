import type { CanaryRule } from "../../platform/definition/definition";
import { PlatformError } from "../../platform/base/errors";
import type { ExpectedShift } from "../../platform/registry/expected-shift";
import { emptySample, type DeploymentStatus, type TrackSample } from "../../platform/release/deployment";
import { decideCanary } from "./canary";
import type { CanaryInput } from "./canary-check";
import type { CanaryStage } from "./canary-stage";

/** What a canary is judged by, whoever asks: the stages of a release, or an operator. */
export interface CanaryJudging {
  readonly rule: CanaryRule;
  /** What the canary is compared with while the environment has no stable version: what QA showed of it. */
  readonly qaSample: TrackSample;
  /**
   * It is accepted that the release refuses requests that stable answers. Then neither answers the other's requests, and the canary is
   * compared with what QA showed of it, too.
   */
  readonly acceptsRefusals?: boolean;
  /** How the release's predictions lay to those of another version where the gate found them better. */
  readonly expected?: ExpectedShift;
}

type Serving = Pick<DeploymentStatus, "stable" | "samples">;

/** The stable version that a canary is compared with; nothing where that is what QA showed. */
function comparedStable(
  { stable }: Pick<Serving, "stable">,
  { acceptsRefusals = false }: Pick<CanaryJudging, "acceptsRefusals">,
): Serving["stable"] {
  return acceptsRefusals ? undefined : stable;
}

/**
 * Throws CONFLICT where a canary would be compared with QA and QA has shown too little: no request to the canary could ever decide
 * it, however long it is waited for.
 */
export function requireReference(
  model: string,
  serving: Pick<Serving, "stable">,
  judging: CanaryJudging,
): void {
  if (comparedStable(serving, judging) !== undefined) return;
  const { qaSample, rule } = judging;
  const { requests, predictions, classes } = qaSample;
  const remedy = "Run `mlops load` in the last environment before production again, and then this.";
  if (requests < rule.minRequests) {
    throw new PlatformError(
      "CONFLICT",
      `${model} cannot be judged as a canary: it is compared with what QA showed of it, and QA has ${requests} requests of it. At least ${rule.minRequests} are needed (canary.minRequests). ${remedy}`,
    );
  }
  if (predictions ?? classes) return;
  throw new PlatformError(
    "CONFLICT",
    `${model} cannot be judged as a canary: it is compared with what QA showed of it, and no prediction of QA's is known. At least one is needed. ${remedy}`,
  );
}

/** What is known of a canary: compared with stable or with what QA showed of it. */
export function judgeCanary(
  serving: Serving,
  judging: CanaryJudging & Pick<CanaryInput, "amongMany">,
): Omit<CanaryStage, "weight"> {
  const { samples } = serving;
  const against = comparedStable(serving, judging);
  const reference = against ? (samples.stable ?? emptySample) : judging.qaSample;
  const canary = samples.canary ?? emptySample;
  const comparedWith = against ? "stable" : "QA";
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
    comparedWith: against?.model ?? "QA",
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
