import { registryPassword, type RegistryLogin } from "../../../platform/azure/container-registry";
import { RemoteError } from "../../../platform/http/remote-error";
import type { RetryTiming } from "../../../platform/http/retries";
import { refusal } from "../../config/refusal";

function remedyOf(status: number | undefined): string {
  if (status === 401)
    return "Expected a valid Entra token from the registry's tenant. Sign in again: az login --tenant <tenant>.";
  if (status === 403)
    return "Expected an identity that can push, on a network that can reach the registry. Assign it AcrPush on the registry; with mlops:network private, run the update inside the network.";
  if (status === 429) return "Too many sign-ins at once. Run the update again in a few minutes.";
  return "Run the update again, or set mlops:trainingImage to an image that a build has pushed. With mlops:registryLogin docker, the update uses Docker's own login.";
}

/** The password for pushing images. A failure ends the update with a message that says what to do. */
export async function signInToRegistry(login: RegistryLogin, timing?: RetryTiming): Promise<string> {
  try {
    return await registryPassword(login, { remedy: ({ status }) => remedyOf(status), timing });
  } catch (error) {
    throw error instanceof RemoteError ? refusal(error.message) : error;
  }
}
