import type { Deployer, DeploymentStatus, Release } from "../../platform/release/deployment";
import { PlatformError } from "../../platform/base/errors";
import { parseModelRef } from "../../platform/definition/model-ref";
import { judgeCanary, requireReference, type CanaryJudging } from "./judge-canary";
import { isSameRelease } from "./remaining-stages";

/** Throws CONFLICT unless a release is the environment's canary; returns that. */
export function requireCanary(
  { canary, environment }: Pick<DeploymentStatus, "canary" | "environment">,
  release: Release,
): NonNullable<DeploymentStatus["canary"]> {
  if (canary !== undefined && isSameRelease(canary, release)) return canary;
  throw new PlatformError(
    "CONFLICT",
    `${release.model} is not the canary of ${environment}, which is ${canary?.model ?? "none"}. Make it the canary first: \`mlops deploy ${release.model} --environment ${environment} --weight <percent>\`.`,
  );
}

/** Whose canary is promoted by hand, and what it is judged by. */
interface PromotionByHand extends CanaryJudging {
  readonly release: Release;
  /** Without a look at what was seen of it. */
  readonly force: boolean;
  /** What whoever asks for it gives as the reason. */
  readonly why?: string | undefined;
}

/**
 * Gives a canary all requests, ahead of the stages of its definition. What was seen of it has to allow that by the rule that decides at
 * the stages, unless `force` says not to look. Throws CONFLICT otherwise.
 */
export async function promoteCanary(
  deployer: Deployer,
  environment: string,
  { release, force, why, ...judging }: PromotionByHand,
): Promise<DeploymentStatus> {
  const { name } = parseModelRef(release.model);
  const status = await deployer.status(environment, name);
  requireCanary(status, release);
  if (!force) {
    requireReference(release.model, status, judging);
    const { verdict, explanation } = judgeCanary(status, judging);
    if (verdict !== "advance") {
      const remedy =
        verdict === "roll-back" ? "Run `mlops rollback`" : "Wait for more requests, and run this again";
      throw new PlatformError(
        "CONFLICT",
        `${release.model} is not promoted: ${explanation} ${remedy}; --yes promotes it all the same.`,
      );
    }
  }
  return deployer.promote(environment, name, why);
}
