import type { TokenCredential } from "@azure/identity" with { "resolution-mode": "import" };
import { PlatformError } from "../errors";

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

/** Tokens of the process's own identity: of who is signed in, of a pipeline, of a node. They are kept until they expire. */
export function identityTokens(): Tokens {
  let credential: TokenCredential | undefined;
  return async (scope) => {
    // Loaded on use: the client is large, and few commands need it.
    credential ??= new (await import("@azure/identity")).DefaultAzureCredential();
    let cause: unknown;
    try {
      const token = await credential.getToken(scopes[scope]);
      if (token !== null) return token.token;
    } catch (error) {
      cause = error;
    }
    throw new PlatformError(
      "AZURE_FAILED",
      'No identity of Azure was found. Expected somebody who is signed in, or a managed or workload identity. Run "az login".',
      { cause },
    );
  };
}
