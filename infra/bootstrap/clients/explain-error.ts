import { PlatformError, reasonOf } from "../../../platform/base/errors";
import { connectionFault, HttpFault, statusFault } from "../../../platform/http/http-fault";
import { explainFault, type Failure } from "../../../platform/http/remote-error";

/** What Azure's clients report about a failed request. */
interface AzureFailure {
  readonly statusCode?: number;
  readonly code?: string;
  readonly name?: string;
  readonly request?: { readonly url?: string };
  readonly response?: { readonly headers?: { get(name: string): string | undefined } };
}

const remedies: Readonly<Record<number, string>> = {
  401: 'Expected a valid token from the subscription\'s tenant. Run "az login --tenant <tenant>", and then the same command again.',
  403: 'Expected Owner on the subscription, or both Contributor and "Role Based Access Control Administrator". Ask for these roles, wait a few minutes until they take effect, and run the same command again.',
  404: "Expected an existing subscription and region. Correct --subscription (`az account list`), and run the same command again.",
  409: "The name is taken, or something else is changing it now. Wait a minute and run the same command again; if that fails, choose another --resource-group.",
};

/** What to do about a failure; `known` gives remedies by HTTP status. The command resumes where it stopped. */
export function remedyOf({ status }: Failure, known: Readonly<Record<number, string>>): string {
  if (status === undefined)
    return "Check the network and its proxy (HTTPS_PROXY), and run the same command again.";
  if (status === 429) return "The service receives too many requests. Run the same command again later.";
  if (status >= 500)
    return "The service failed. Wait a few minutes and run the same command again: it resumes here.";
  return known[status] ?? "Correct what the message names, and run the same command again: it resumes here.";
}

const service = {
  name: "Azure",
  code: "AZURE_FAILED",
  remedy: (failure: Failure) => remedyOf(failure, remedies),
} as const;

/** The HTTP fault behind an error of Azure's clients; undefined for any other error, such as a bug in this program. */
function faultOf(error: unknown): HttpFault | undefined {
  const { name, code, statusCode, response } = (error ?? {}) as AzureFailure;
  if (statusCode !== undefined) {
    const body = JSON.stringify({ error: { code, message: reasonOf(error) } });
    return statusFault(statusCode, body, { retryAfter: response?.headers?.get("retry-after") });
  }
  if (name !== "AbortError") return connectionFault(error);
  return new HttpFault("sent no response in time", { transient: true, maybeDone: true }, { cause: error });
}

/** Explains a failure: what was tried, what Azure says, what to do. Other errors are returned unchanged, with their stack. */
function explain(what: string, error: unknown): unknown {
  if (error instanceof PlatformError) return error;
  const { name = "", request } = (error ?? {}) as AzureFailure;
  if (/^(CredentialUnavailable|AggregateAuthentication|Authentication)\w*Error$/.test(name)) {
    return new PlatformError(
      "AZURE_FAILED",
      'Not signed in to Azure, or the sign-in has expired. Run "az login", and then the same command again.',
      { cause: error },
    );
  }
  const fault = faultOf(error);
  const url = request?.url ?? "https://management.azure.com";
  return fault === undefined ? error : explainFault(fault, { what, url }, service);
}

/** The result; a failure is thrown as an error that explains it. */
export async function explained<T>(what: string, result: PromiseLike<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    throw explain(what, error);
  }
}

/** The result; undefined if the resource does not exist. */
export async function orAbsent<T>(what: string, result: PromiseLike<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if ((error as AzureFailure).statusCode === 404) return undefined;
    throw explain(what, error);
  }
}
