import { z } from "zod";
import { HttpClient, type HttpCall } from "../../../platform/http/http-client";
import { RemoteError } from "../../../platform/http/remote-error";
import { remedyOf } from "./explain-error";

export interface DevOpsOptions {
  /** Where organisations are. */
  readonly url?: string;
  /** Where their members are, and what members may. */
  readonly identitiesUrl?: string;
  readonly entitlementsUrl?: string;
  /** How often something that was not acted on is asked again. */
  readonly attempts?: number;
  readonly firstPauseMs?: number;
}

const signIn =
  'Expected a token of the tenant that the organisation is connected to. Run "az login --tenant <tenant>", and the same command again.';

const remedies: Readonly<Record<number, string>> = {
  // Whoever is not known is sent its sign-in page, or is sent there.
  203: signIn,
  302: signIn,
  401: signIn,
  403: 'Expected a member of "Project Administrators" who also has "Endpoint Administrator". Have the project\'s administrator add you (Project settings, Permissions), and run the same command again.',
  404: "Expected an organisation and a project that exist, and a repository in it. Correct --organisation and --project, and run the same command again.",
  409: "Something else has this name or is changing it now. Wait a minute and run the same command again.",
};

/** Calls of Azure DevOps' REST API. What it answers is not checked: `T` says what the caller relies on. */
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

  /** What is there, or undefined. */
  async find<T>(what: string, path: string): Promise<T | undefined> {
    try {
      return await this.get<T>(what, path);
    } catch (error) {
      if (error instanceof RemoteError && error.httpStatus === 404) return undefined;
      throw error;
    }
  }

  /** What has to be there. */
  get<T>(what: string, path: string): Promise<T> {
    return this.send<T>("GET", what, path);
  }

  /** Sent again only if it was turned away: one that failed may have been done all the same, and the next run looks. */
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
