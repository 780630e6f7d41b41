import { PlatformError } from "../../platform/base/errors";
import type { DeploymentStatus } from "../../platform/release/deployment";

type Deployed = Pick<DeploymentStatus, "environment" | "model" | "stable" | "canary">;

/** The version that a rollback takes away: the canary or, without one, what serves. */
function leavingVersion({ canary, stable }: Deployed): string | undefined {
  return (canary ?? stable)?.model;
}

/**
 * Throws CONFLICT where a rollback would take another version away than the one that was meant: the canary of two people who want it gone
 * goes with the first of them, and the second would put what serves back to the version before.
 */
export function requireLeaving(deployed: Deployed, meant: string): void {
  const leaving = leavingVersion(deployed);
  if (meant === leaving) return;
  const { environment, model } = deployed;
  const found =
    leaving === undefined ? `nothing of ${model} is there` : `a rollback would take ${leaving} away now`;
  throw new PlatformError(
    "CONFLICT",
    `${meant} is to be taken away in ${environment}, and ${found}: somebody else has changed that. Nothing was done. Look at \`mlops status --model ${model}\`, and decide again.`,
  );
}
