import type { TokenCredential } from "@azure/identity" with { "resolution-mode": "import" };
import { PlatformError, type ErrorCode } from "../base/errors";

/** What proves who calls Azure; every client of Azure's takes one. */
export type AzureCredential = TokenCredential;

/** Who is asked: tokens for one are refused by the others. */
export const scopes = {
  /** Endpoints of Azure Machine Learning. */
  endpoint: "https://ml.azure.com/.default",
  /** Azure Resource Manager. */
  management: "https://management.azure.com/.default",
  /** Azure DevOps, whatever the organisation. */
  devOps: "499b84ac-1321-427f-aa17-267ca6975798/.default",
  /** Blobs, in whatever account. */
  storage: "https://storage.azure.com/.default",
  /** Workspaces of Azure Databricks: the application that stands for all of them in every tenant. */
  databricks: "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default",
  /** The query API of Application Insights. */
  insights: "https://api.applicationinsights.io/.default",
} as const;

export type Scope = keyof typeof scopes;

/** Gives a token that is valid now. */
export type Tokens = (scope: Scope) => Promise<string>;

/**
 * The process's own identity: whoever is signed in, a pipeline's workload identity, or a managed identity (the one with
 * `clientId`, where a machine has several). Its library is large, so it is loaded when the first token is asked for.
 */
export function azureCredential(clientId?: string): AzureCredential {
  let opened: Promise<TokenCredential> | undefined;
  const open = async (): Promise<TokenCredential> => {
    const { DefaultAzureCredential } = await import("@azure/identity");
    return new DefaultAzureCredential(clientId === undefined ? {} : { managedIdentityClientId: clientId });
  };
  return {
    getToken: async (scope, options) => {
      opened ??= open();
      return (await opened).getToken(scope, options);
    },
  };
}

/** What is said when there is no identity. */
export interface NoIdentity {
  readonly code: ErrorCode;
  readonly message: string;
}

const noIdentity: NoIdentity = {
  code: "AZURE_FAILED",
  message: 'Nobody is signed in to Azure, and this machine has no identity of its own. Run "az login".',
};

/** A token of an identity; throws what `none` says when the identity gives none. */
export async function tokenOf(
  credential: AzureCredential,
  scope: string,
  none = noIdentity,
): Promise<string> {
  let cause: unknown;
  try {
    const token = await credential.getToken(scope);
    if (token !== null) return token.token;
  } catch (error) {
    cause = error;
  }
  throw new PlatformError(none.code, none.message, { cause });
}

/** Tokens of the process's own identity, kept by its library until they expire. */
export function identityTokens(none?: NoIdentity): Tokens {
  const credential = azureCredential();
  return (scope) => tokenOf(credential, scopes[scope], none);
}
