import { PlatformError, reasonOf } from "../../../platform/base/errors";

/** What clients of Azure and of Azure DevOps say about a request that failed. */
interface Failure {
  readonly statusCode?: number;
  readonly code?: string;
  readonly name?: string;
  readonly responseHeaders?: Readonly<Record<string, string>>;
  readonly response?: { readonly headers?: { get(name: string): string | undefined } };
}

const maxSaidCharacters = 400;

/** The HTTP status that a request failed with, if it was answered at all. */
export function statusOf(error: unknown): number | undefined {
  const { statusCode } = (error ?? {}) as Failure;
  return typeof statusCode === "number" ? statusCode : undefined;
}

/** Seconds that the service asks to be left alone, when it says so. */
export function retryAfterSeconds(error: unknown): number | undefined {
  const { responseHeaders, response } = (error ?? {}) as Failure;
  const header = responseHeaders?.["retry-after"] ?? response?.headers?.get("retry-after");
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) : undefined;
}

const azureRemedies: Readonly<Record<number, string>> = {
  401: 'Expected a token of the subscription\'s tenant that is still valid. Run "az login --tenant <tenant>", and the same command again.',
  403: 'Expected Owner on the subscription, or Contributor and "Role Based Access Control Administrator" together. Have them given to you, wait some minutes until they hold, and run the same command again.',
  404: "Expected a subscription and region that exist. Correct --subscription (`az account list`), and run the same command again.",
  409: "Something else has this name or changes it now. Wait a minute and run the same command again; if it stays, name another --resource-group.",
};

const devOpsRemedies: Readonly<Record<number, string>> = {
  401: 'Expected a token of the tenant that the organisation is connected to. Run "az login --tenant <tenant>", and the same command again.',
  403: 'Expected a member of "Project Administrators" who also has "Endpoint Administrator". Have the project\'s administrator add you (Project settings, Permissions), and run the same command again.',
  404: "Expected an organisation and a project that exist, and a repository in it. Correct --organisation and --project, and run the same command again.",
  409: "Something else has this name or changes it now. Wait a minute and run the same command again.",
};

function remedyOf(error: unknown, remedies: Readonly<Record<number, string>>): string {
  const status = statusOf(error);
  const seconds = retryAfterSeconds(error);
  const wait = seconds === undefined ? "some minutes" : `${seconds} s`;
  if (status === 429) return `It is asked too much. Wait ${wait}, and run the same command again.`;
  if (status !== undefined && status >= 500)
    return `The fault is the service's. Wait ${wait}, and run the same command again: it goes on from here.`;
  if (status === undefined)
    return "Expected an answer. Check the network and its proxy (HTTPS_PROXY), and run the same command again.";
  return remedies[status] ?? "Correct what it names, and run the same command again: it goes on from here.";
}

/** A failure in words: what was tried, what the service says, what to do. */
export function explain(what: string, error: unknown, service: "azure" | "devops" = "azure"): unknown {
  if (error instanceof PlatformError) return error;
  const { name = "", code } = (error ?? {}) as Failure;
  if (/^(CredentialUnavailable|AggregateAuthentication|Authentication)\w*Error$/.test(name)) {
    return new PlatformError(
      "AZURE_FAILED",
      'Nobody is signed in to Azure, or no longer. Expected somebody who is. Run "az login", and the same command again.',
      { cause: error },
    );
  }
  const status = statusOf(error);
  // A mistake in this program is not the service's: it keeps its stack.
  if (status === undefined && code === undefined && name !== "AbortError") return error;
  const said = [code, reasonOf(error)]
    .filter((word) => word !== undefined && word !== "")
    .join(": ")
    .replace(/\s+/g, " ")
    .replace(/[.\s]+$/, "")
    .slice(0, maxSaidCharacters);
  const answer = status === undefined ? "" : ` with HTTP ${status}`;
  return new PlatformError(
    "AZURE_FAILED",
    `${what} failed${answer} (${said}). ${remedyOf(error, service === "azure" ? azureRemedies : devOpsRemedies)}`,
    { cause: error },
  );
}

/** The result, or the failure in words. */
export async function explained<T>(
  what: string,
  result: PromiseLike<T>,
  service: "azure" | "devops" = "azure",
): Promise<T> {
  try {
    return await result;
  } catch (error) {
    throw explain(what, error, service);
  }
}

/** The result; undefined when there is no such thing. */
export async function orAbsent<T>(what: string, result: PromiseLike<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw explain(what, error);
  }
}
