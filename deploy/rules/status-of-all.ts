import type { Deployer, DeploymentStatus } from "../../platform/release/deployment";
import { PlatformError } from "../../platform/base/errors";

/** What each environment serves of a model, and why some cannot say: an environment may not have been created yet. */
export interface AllStatuses {
  readonly deployments: readonly DeploymentStatus[];
  readonly missing: readonly PlatformError[];
}

/** Asks each environment. One that does not exist is left out; throws when none exists, or when one fails otherwise. */
export async function statusOfAll(
  deployer: Deployer,
  model: string,
  environments: readonly string[],
): Promise<AllStatuses> {
  const deployments: DeploymentStatus[] = [];
  const missing: PlatformError[] = [];
  for (const environment of environments) {
    try {
      deployments.push(await deployer.status(environment, model));
    } catch (error) {
      if (!(error instanceof PlatformError && error.code === "NOT_FOUND")) throw error;
      missing.push(error);
    }
  }
  const [first] = missing;
  if (deployments.length === 0 && first !== undefined) throw first;
  return { deployments, missing };
}
