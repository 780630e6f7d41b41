import { HttpFault, sendWithRetries, type RetryTiming } from "../platform/http-retry";
import { refusal } from "./refusal";

/** Registries take this name from whoever signs in with a token. */
export const tokenUser = "00000000-0000-0000-0000-000000000000";

/** A build waits for the registry rather than not be pushed, but not for long. */
export const loginTiming: RetryTiming = {
  attempts: 4,
  firstPauseMs: 1000,
  mostPauseMs: 30_000,
  timeoutMs: 20_000,
};

export interface RegistryLogin {
  /** As in `https://name.azurecr.io`. */
  readonly url: string;
  /** Entra token for Azure Resource Manager, of the identity that pushes. */
  readonly token: string;
}

async function readRefreshToken(response: Response): Promise<string> {
  // A reply cut short throws here, and is asked for again.
  const text = await response.text();
  let token: unknown;
  try {
    token = (JSON.parse(text) as { refresh_token?: unknown } | null)?.refresh_token;
  } catch (cause) {
    throw new HttpFault("an answer that is not JSON", { transient: true, maybeDone: false }, { cause });
  }
  if (typeof token === "string" && token !== "") return token;
  throw new HttpFault("an answer without a refresh_token", { transient: false, maybeDone: false });
}

function remedyOf(status: number | undefined): string {
  if (status === 401)
    return "Expected an Entra token of the registry's tenant that is still valid. Sign in again: az login --tenant <tenant>.";
  if (status === 403)
    return "Expected an identity that may push, on a network that the registry can be reached from. Give it AcrPush on the registry; with mlops:network private, run the update inside the network.";
  if (status === 429) return "Too many sign-ins at once. Run the update again in some minutes.";
  return "Run the update again, or give images that a build has pushed: mlops:trainingImage. Docker's own sign-in is used with mlops:registryLogin docker.";
}

/**
 * The password that Docker signs in with at an Azure container registry, for an Entra token: three hours of pushing
 * and pulling, and no admin user. To ask twice is harmless.
 */
export async function registryPassword(login: RegistryLogin, timing = loginTiming): Promise<string> {
  const { url, token } = login;
  const service = new URL(url).host;
  const body = new URLSearchParams({ grant_type: "access_token", service, access_token: token });
  try {
    return await sendWithRetries(
      {
        url: `${url}/oauth2/exchange`,
        init: () => Promise.resolve({ method: "POST", body }),
        read: readRefreshToken,
        idempotent: true,
      },
      timing,
    );
  } catch (error) {
    if (!(error instanceof HttpFault)) throw error;
    // The answer's body is not shown: it may repeat the token.
    throw refusal(
      `Signing in to the registry ${service} failed: ${error.message}. ${remedyOf(error.facts.status)}`,
    );
  }
}
