import type { CanaryRule } from "../../platform/definition/definition";
import type { Deployer, DeploymentStatus, Release } from "../../platform/release/deployment";
import { PlatformError } from "../../platform/base/errors";
import { parseModelRef } from "../../platform/definition/model-ref";
import { judgeCanary } from "./canary-release";
import { isSameRelease } from "./remaining-stages";

/** Throws CONFLICT unless a release is the environment's canary; returns that. */
export function requireCanary(
  { canary, environment }: Pick<DeploymentStatus, "canary" | "environment">,
  release: Release,
): NonNullable<DeploymentStatus["canary"]> {
  if (canary !== undefined && isSameRelease(canary, release)) return canary;
  throw new PlatformError(
    "CONFLICT",
    `${release.model} is not the canary of ${environment}, which is ${canary?.model ?? "none"}. Make it the canary first: mlops deploy ${release.model} --environment ${environment} --weight <percent>`,
  );
}

/**
 * Gives a canary all requests, ahead of the stages of its definition. What was seen of it has to allow that, unless
 * `force` says not to look; a first version has nothing to be compared with. Throws CONFLICT otherwise.
 */
export async function promoteCanary(
  deployer: Deployer,
  environment: string,
  { release, rule, force }: { readonly release: Release; readonly rule: CanaryRule; readonly force: boolean },
): Promise<DeploymentStatus> {
  const { name } = parseModelRef(release.model);
  const status = await deployer.status(environment, name);
  requireCanary(status, release);
  if (!force && status.stable !== undefined) {
    const { verdict, explanation } = judgeCanary(status, { rule });
    if (verdict !== "advance") {
      const remedy =
        verdict === "roll-back" ? "Run `mlops rollback`" : "Wait for more requests, and run this again";
      throw new PlatformError(
        "CONFLICT",
        `${release.model} is not promoted: ${explanation} ${remedy}; --yes promotes it all the same.`,
      );
    }
  }
  return deployer.promote(environment, name);
}
