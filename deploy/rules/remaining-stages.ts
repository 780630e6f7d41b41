import type { CanaryRule } from "../../platform/definition/definition";
import type { DeploymentStatus, Release, Traffic } from "../../platform/release/deployment";

/** A stage that a release has yet to pass. */
export interface RemainingStage {
  readonly traffic: Traffic;
  /** The canary gets this traffic already: what was seen of it since then counts. One that nothing serves gets none. */
  readonly begun: boolean;
}

/** Whether a deployed release is the one meant. A copy in another registry is the same image, as it has the same digest. */
export function isSameRelease(deployed: Release | undefined, release: Release): boolean {
  const imageDigest = ({ image }: Release): string | undefined => image?.slice(-64);
  if (deployed?.digest !== release.digest) return false;
  return [undefined, imageDigest(deployed)].includes(imageDigest(release));
}

/**
 * The stages of the definition that a release has yet to pass, in order. A release that is the canary already goes on
 * at its present traffic, which nobody has judged to the end: a stage that was passed would have been followed by the next.
 * Where nothing serves any more, as after a crash of the machine that did, that stage is begun again.
 */
export function remainingStages(
  { stable, canary, url }: Pick<DeploymentStatus, "stable" | "canary" | "url">,
  release: Release,
  rule: Pick<CanaryRule, "weights" | "shadowPercent">,
): RemainingStage[] {
  const weights = rule.weights.map((weight): Traffic => ({ weight, shadow: 0 }));
  // A shadow needs a stable version whose requests it can copy.
  const shadow: Traffic[] =
    rule.shadowPercent > 0 && stable ? [{ weight: 0, shadow: rule.shadowPercent }] : [];
  const ahead = (stages: readonly Traffic[]): RemainingStage[] =>
    stages.map((traffic) => ({ traffic, begun: false }));
  if (canary === undefined || !isSameRelease(canary, release)) return ahead([...shadow, ...weights]);
  const present: Traffic = { weight: canary.weight, shadow: canary.shadow };
  // A canary that gets no requests has nothing that it could be judged by.
  if (present.weight === 0 && present.shadow === 0) return ahead([...shadow, ...weights]);
  return [
    { traffic: present, begun: url !== undefined },
    ...ahead(weights.filter(({ weight }) => weight > present.weight)),
  ];
}
