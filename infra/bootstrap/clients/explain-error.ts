import { PlatformError, reasonOf } from "../../../platform/base/errors";
import { connectionFault, HttpFault, statusFault } from "../../../platform/http/http-fault";
import { explainFault, type Failure } from "../../../platform/http/remote-error";

/** What clients of Azure say about a request that failed. */
interface AzureFailure {
  readonly statusCode?: number;
  readonly code?: string;
  readonly name?: string;
  readonly request?: { readonly url?: string };
  readonly response?: { readonly headers?: { get(name: string): string | undefined } };
}

const remedies: Readonly<Record<number, string>> = {
  401: 'Expected a token of the subscription\'s tenant that is still valid. Run "az login --tenant <tenant>", and the same command again.',
  403: 'Expected Owner on the subscription, or Contributor and "Role Based Access Control Administrator" together. Have them given to you, wait some minutes until they hold, and run the same command again.',
  404: "Expected a subscription and region that exist. Correct --subscription (`az account list`), and run the same command again.",
  409: "Something else has this name or is changing it now. Wait a minute and run the same command again; if it stays, name another --resource-group.",
};

/** What to do about a failure, with what is known about a status; this command goes on from where it was. */
export function remedyOf({ status }: Failure, known: Readonly<Record<number, string>>): string {
  if (status === undefined)
    return "Check the network and its proxy (HTTPS_PROXY), and run the same command again.";
  if (status === 429) return "It is receiving too many requests. Run the same command again later.";
  if (status >= 500)
    return "The fault is the service's. Wait some minutes and run the same command again: it goes on from here.";
  return known[status] ?? "Correct what it names, and run the same command again: it goes on from here.";
}

const service = {
  name: "Azure",
  code: "AZURE_FAILED",
  remedy: (failure: Failure) => remedyOf(failure, remedies),
} as const;

/** A failure of Azure's clients as one of a request; undefined when it is not, as a mistake in this program. */
function faultOf(error: unknown): HttpFault | undefined {
  const { name, code, statusCode, response } = (error ?? {}) as AzureFailure;
  if (statusCode !== undefined) {
    const body = JSON.stringify({ error: { code, message: reasonOf(error) } });
    return statusFault(statusCode, body, { retryAfter: response?.headers?.get("retry-after") });
  }
  if (name !== "AbortError") return connectionFault(error);
  return new HttpFault("sent no response in time", { transient: true, maybeDone: true }, { cause: error });
}

/** A failure in words: what was tried, what Azure says, what to do. What is not Azure's keeps its stack. */
function explain(what: string, error: unknown): unknown {
  if (error instanceof PlatformError) return error;
  const { name = "", request } = (error ?? {}) as AzureFailure;
  if (/^(CredentialUnavailable|AggregateAuthentication|Authentication)\w*Error$/.test(name)) {
    return new PlatformError(
      "AZURE_FAILED",
      'Nobody is signed in to Azure, or not any more. Run "az login", and the same command again.',
      { cause: error },
    );
  }
  const fault = faultOf(error);
  const url = request?.url ?? "https://management.azure.com";
  return fault === undefined ? error : explainFault(fault, { what, url }, service);
}

/** The result, or the failure in words. */
export async function explained<T>(what: string, result: PromiseLike<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    throw explain(what, error);
  }
}

/** The result; undefined when there is no such thing. */
export async function orAbsent<T>(what: string, result: PromiseLike<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if ((error as AzureFailure).statusCode === 404) return undefined;
    throw explain(what, error);
  }
}
