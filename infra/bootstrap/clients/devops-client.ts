import { z } from "zod";
import { HttpClient, type HttpCall } from "../../../platform/http/http-client";
import { RemoteError } from "../../../platform/http/remote-error";
import { remedyOf } from "./explain-error";

export interface DevOpsOptions {
  /** Base URL of organisations. */
  readonly url?: string;
  /** Base URLs of the identity and entitlement services. */
  readonly identitiesUrl?: string;
  readonly entitlementsUrl?: string;
  /** Attempts for a request that the service did not act on. */
  readonly attempts?: number;
  readonly firstPauseMs?: number;
}

const signIn =
  'Expected a token from the tenant that the organisation is connected to. Run "az login --tenant <tenant>", and then the same command again.';

const remedies: Readonly<Record<number, string>> = {
  // Azure DevOps returns its sign-in page, or redirects there, when it does not accept the token.
  203: signIn,
  302: signIn,
  401: signIn,
  403: 'Expected a member of "Project Administrators" who is also an "Endpoint Administrator". Ask the project\'s administrator to add you (Project settings, Permissions), and run the same command again.',
  404: "Expected an existing organisation and project, and a repository in the project. Correct --organisation and --project, and run the same command again.",
  409: "The name is taken, or something else is changing it now. Wait a minute and run the same command again.",
};

/** Client of the Azure DevOps REST API. Responses are not validated: `T` states what the caller relies on. */
export class DevOps {
  private readonly http: HttpClient;
  readonly organisationUrl: string;
  readonly identitiesUrl: string;
  readonly entitlementsUrl: string;

  constructor(organisation: string, token: string, options: DevOpsOptions = {}) {
    const name = encodeURIComponent(organisation);
    this.organisationUrl = `${options.url ?? "https://dev.azure.com"}/${name}`;
    this.identitiesUrl = `${options.identitiesUrl ?? "https://vssps.dev.azure.com"}/${name}`;
    this.entitlementsUrl = `${options.entitlementsUrl ?? "https://vsaex.dev.azure.com"}/${name}`;
    const { attempts = 4, firstPauseMs = 1000 } = options;
    this.http = new HttpClient({
      name: "Azure DevOps",
      code: "AZURE_FAILED",
      headers: { accept: "application/json" },
      token: () => Promise.resolve(token),
      timing: { attempts, firstPauseMs },
      remedy: (failure) => remedyOf(failure, remedies),
    });
  }

  /** The resource; undefined if it does not exist. */
  async find<T>(what: string, path: string): Promise<T | undefined> {
    try {
      return await this.get<T>(what, path);
    } catch (error) {
      if (error instanceof RemoteError && error.httpStatus === 404) return undefined;
      throw error;
    }
  }

  /** The resource; throws if it does not exist. */
  get<T>(what: string, path: string): Promise<T> {
    return this.send<T>("GET", what, path);
  }

  /** Retried only if the request was rejected: a failed one may have taken effect, which the next run finds out. */
  post<T>(what: string, path: string, body: unknown): Promise<T> {
    return this.send<T>("POST", what, path, body);
  }

  patch<T>(what: string, path: string, body: unknown): Promise<T> {
    return this.send<T>("PATCH", what, path, body);
  }

  put<T>(what: string, path: string, body: unknown): Promise<T> {
    return this.send<T>("PUT", what, path, body);
  }

  private send<T>(method: HttpCall<T>["method"], what: string, path: string, body?: unknown): Promise<T> {
    const url = path.startsWith("http") ? path : `${this.organisationUrl}/${path}`;
    return this.http.call<T>({ what, method, url, body, answer: z.custom<T>() });
  }
}
