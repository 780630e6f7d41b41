import { PlatformError } from "../../platform/base/errors";
import { parseModelRef } from "../../platform/definition/model-ref";
import type { DeploymentStatus, Release } from "../../platform/release/deployment";

/**
 * Throws CONFLICT where an environment serves a newer version than the release: what waited for an approval while another one was
 * released would take its place unnoticed. The same version may be packaged again. Going back by a rollback does not come here.
 */
export function requireNewer(
  { model }: Pick<Release, "model">,
  { stable, environment }: Pick<DeploymentStatus, "stable" | "environment">,
  mayBeOlder = false,
): void {
  if (stable === undefined || mayBeOlder) return;
  if (parseModelRef(model).version >= parseModelRef(stable.model).version) return;
  throw new PlatformError(
    "CONFLICT",
    `${model} is older than ${stable.model}, which ${environment} serves. Expected that version or a newer one. Run \`mlops rollback\` to go back to the version before; to release an older one all the same, add --older --reason <why>.`,
  );
}
