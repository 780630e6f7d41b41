import type { RegistryLogin } from "../../platform/oci/docker-credentials";
import { identityTokens } from "../../platform/azure/credentials";
import { isAzureRegistry, registryPassword, tokenUser } from "../../platform/azure/container-registry";

const remedy = (): string =>
  'Expected an identity with "AcrPull" on it, or "AcrPush" to write, on a network that it can be reached from. Run "az login", and this command again.';

/** How the identity of this process signs in to a registry of Azure's; undefined for others, where the docker command's own sign-in is used. */
export async function azureRegistryLogin(host: string): Promise<RegistryLogin | undefined> {
  if (!isAzureRegistry(host)) return undefined;
  const token = await identityTokens()("management");
  return { user: tokenUser, password: await registryPassword({ url: `https://${host}`, token }, { remedy }) };
}
