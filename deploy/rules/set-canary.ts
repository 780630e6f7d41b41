import type { Deployer, DeploymentStatus, Release, Traffic } from "../../platform/release/deployment";
import { parseModelRef } from "../../platform/definition/model-ref";
import { isSameRelease } from "./remaining-stages";

/** Makes a release the environment's canary with a share of the traffic; of one that is the canary already, changes the share. */
export async function setCanary(
  deployer: Deployer,
  environment: string,
  {
    release,
    traffic,
    why,
  }: { readonly release: Release; readonly traffic: Traffic; readonly why?: string | undefined },
): Promise<DeploymentStatus> {
  const { name } = parseModelRef(release.model);
  const { canary } = await deployer.status(environment, name);
  return isSameRelease(canary, release)
    ? deployer.weight(environment, name, traffic, why)
    : deployer.deploy(environment, release, traffic, why);
}

/** Makes a release all that an environment serves, at once: nobody but tests asks there. */
export async function serveAtOnce(
  deployer: Deployer,
  environment: string,
  release: Release,
): Promise<DeploymentStatus> {
  await deployer.deploy(environment, release, { weight: 100, shadow: 0 });
  return deployer.promote(environment, parseModelRef(release.model).name);
}
