import { registryPassword, type RegistryLogin } from "../../../platform/azure/container-registry";
import { RemoteError } from "../../../platform/http/remote-error";
import type { RetryTiming } from "../../../platform/http/retries";
import { refusal } from "../../config/refusal";

function remedyOf(status: number | undefined): string {
  if (status === 401)
    return "Expected an Entra token of the registry's tenant that is still valid. Sign in again: az login --tenant <tenant>.";
  if (status === 403)
    return "Expected an identity that may push, on a network that the registry can be reached from. Give it AcrPush on the registry; with mlops:network private, run the update inside the network.";
  if (status === 429) return "Too many sign-ins at once. Run the update again in some minutes.";
  return "Run the update again, or give images that a build has pushed: mlops:trainingImage. Docker's own sign-in is used with mlops:registryLogin docker.";
}

/** The password that an update pushes images with; a failure ends the update with what to do. */
export async function signInToRegistry(login: RegistryLogin, timing?: RetryTiming): Promise<string> {
  try {
    return await registryPassword(login, { remedy: ({ status }) => remedyOf(status), timing });
  } catch (error) {
    throw error instanceof RemoteError ? refusal(error.message) : error;
  }
}
