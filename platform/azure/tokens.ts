import type { TokenCredential } from "@azure/identity" with { "resolution-mode": "import" };
import { PlatformError, type ErrorCode } from "../base/errors";

/** Who is asked: tokens for one are refused by the other. */
export const scopes = {
  /** Endpoints of Azure Machine Learning. */
  endpoint: "https://ml.azure.com/.default",
  /** Azure Resource Manager. */
  management: "https://management.azure.com/.default",
} as const;

export type Scope = keyof typeof scopes;

/** Gives a token that is valid now. */
export type Tokens = (scope: Scope) => Promise<string>;

/** What is said when nobody is signed in. */
export interface NobodySignedIn {
  readonly code: ErrorCode;
  readonly message: string;
}

/**
 * Tokens of the process's own identity, by scope: of who is signed in, of a pipeline, of a node. They are asked for on use,
 * and kept by the client until they expire.
 */
export function entraTokens({ code, message }: NobodySignedIn): (scope: string) => Promise<string> {
  let credential: TokenCredential | undefined;
  return async (scope) => {
    // Loaded on use: the client is large, and few commands need it.
    credential ??= new (await import("@azure/identity")).DefaultAzureCredential();
    let cause: unknown;
    try {
      const token = await credential.getToken(scope);
      if (token !== null) return token.token;
    } catch (error) {
      cause = error;
    }
    throw new PlatformError(code, message, { cause });
  };
}

/** Tokens for Azure's own services. */
export function identityTokens(): Tokens {
  const tokens = entraTokens({
    code: "AZURE_FAILED",
    message:
      'No identity of Azure was found. Expected somebody who is signed in, or a managed or workload identity. Run "az login".',
  });
  return (scope) => tokens(scopes[scope]);
}
