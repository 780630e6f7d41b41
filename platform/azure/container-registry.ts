import { z } from "zod";
import { HttpClient } from "../http/http-client";
import type { Failure } from "../http/remote-error";
import type { RetryTiming } from "../http/retries";

/** Azure's registries take this name from whoever signs in with a token. */
export const tokenUser = "00000000-0000-0000-0000-000000000000";

/** A build waits for the registry rather than not be pushed, but not for long. */
const loginTiming: RetryTiming = {
  attempts: 4,
  firstPauseMs: 1000,
  maxPauseMs: 30_000,
  timeoutMs: 20_000,
};

export interface RegistryLogin {
  /** As in `https://name.azurecr.io`. */
  readonly url: string;
  /** Entra token for Azure Resource Manager, of the identity that pushes. */
  readonly token: string;
}

export interface LoginOptions {
  /** What to do about a failure. */
  readonly remedy: (failure: Failure) => string;
  readonly timing?: RetryTiming | undefined;
}

const answerSchema = z.object({ refresh_token: z.string().min(1) });

/**
 * The password that Docker signs in with at an Azure container registry, for an Entra token: three hours of pushing
 * and pulling, and no admin user. To ask twice is harmless. Throws RemoteError.
 */
export async function registryPassword(
  { url, token }: RegistryLogin,
  { remedy, timing = loginTiming }: LoginOptions,
): Promise<string> {
  const service = new URL(url).host;
  const client = new HttpClient({
    name: "the container registry",
    code: "AZURE_FAILED",
    remedy,
    timing,
    // What it says is not shown: it may repeat the token.
    mask: () => "",
  });
  const { refresh_token } = await client.call({
    what: "Signing in",
    method: "POST",
    url: `${url}/oauth2/exchange`,
    body: new URLSearchParams({ grant_type: "access_token", service, access_token: token }),
    answer: answerSchema,
    idempotent: true,
  });
  return refresh_token;
}

/** Whether a registry is one of Azure's, where an Entra token signs in. */
export function isAzureRegistry(host: string): boolean {
  return /^[a-z0-9-]+(\.[a-z0-9-]+)?\.azurecr\.(io|us|cn)$/i.test(host);
}
