import { z } from "zod";
import { HttpFault, sendWithRetries, type RetryTiming } from "../http/http-retry";

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

const answerSchema = z.object({ refresh_token: z.string().min(1) });

async function readRefreshToken(response: Response): Promise<string> {
  // A reply cut short throws here, and is asked for again.
  const text = await response.text();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new HttpFault("an answer that is not JSON", { transient: true, maybeDone: false }, { cause });
  }
  const { data } = answerSchema.safeParse(value);
  if (data !== undefined) return data.refresh_token;
  throw new HttpFault("an answer without a refresh_token", { transient: false, maybeDone: false });
}

/**
 * The password that Docker signs in with at an Azure container registry, for an Entra token: three hours of pushing
 * and pulling, and no admin user. To ask twice is harmless. Throws HttpFault; its body may repeat the token.
 */
export function registryPassword({ url, token }: RegistryLogin, timing = loginTiming): Promise<string> {
  const service = new URL(url).host;
  const body = new URLSearchParams({ grant_type: "access_token", service, access_token: token });
  return sendWithRetries(
    {
      url: `${url}/oauth2/exchange`,
      init: () => Promise.resolve({ method: "POST", body }),
      read: readRefreshToken,
      idempotent: true,
    },
    timing,
  );
}

/** Whether a registry is one of Azure's, where an Entra token signs in. */
export function isAzureRegistry(host: string): boolean {
  return /^[a-z0-9-]+(\.[a-z0-9-]+)?\.azurecr\.(io|us|cn)$/i.test(host);
}
