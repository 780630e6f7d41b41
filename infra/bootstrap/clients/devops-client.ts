import { setTimeout as pause } from "node:timers/promises";
import { WebApi, getBearerHandler } from "azure-devops-node-api";
import { PlatformError } from "../../../platform/base/errors";
import { explain, retryAfterSeconds, statusOf } from "./explain-error";

/** What Azure DevOps' tokens are made out to, whatever the organisation. */
export const devOpsScope = "499b84ac-1321-427f-aa17-267ca6975798/.default";

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

type Verb = "get" | "create" | "update" | "replace";

/** A service that asks for a longer pause is not waited for. */
const maxPauseMs = 60_000;

const notSignedIn = (): Error =>
  Object.assign(new Error("the answer is a page to sign in on"), { statusCode: 401 });

/** Calls of Azure DevOps' REST API that the typed client has none for, or only behind a lookup of every route. */
export class DevOps {
  private readonly api: WebApi;
  private readonly attempts: number;
  private readonly firstPauseMs: number;
  readonly organisationUrl: string;
  readonly identitiesUrl: string;
  readonly entitlementsUrl: string;

  constructor(organisation: string, token: string, options: DevOpsOptions = {}) {
    const name = encodeURIComponent(organisation);
    this.organisationUrl = `${options.url ?? "https://dev.azure.com"}/${name}`;
    this.identitiesUrl = `${options.identitiesUrl ?? "https://vssps.dev.azure.com"}/${name}`;
    this.entitlementsUrl = `${options.entitlementsUrl ?? "https://vsaex.dev.azure.com"}/${name}`;
    this.attempts = options.attempts ?? 4;
    this.firstPauseMs = options.firstPauseMs ?? 1000;
    // Who is not let in is led to a sign-in page, which would be an answer like any other.
    this.api = new WebApi(this.organisationUrl, getBearerHandler(token, true), {
      allowRedirects: false,
      allowRetries: false,
      socketTimeout: 30_000,
    });
  }

  /** What is there, or undefined. */
  async find<T>(what: string, path: string): Promise<T | undefined> {
    return (await this.send<T>("get", what, path)) ?? undefined;
  }

  /** What has to be there. */
  async get<T>(what: string, path: string): Promise<T> {
    return this.required(what, await this.send<T>("get", what, path));
  }

  async post<T>(what: string, path: string, body: unknown): Promise<T> {
    return this.required(what, await this.send<T>("create", what, path, body));
  }

  async patch<T>(what: string, path: string, body: unknown): Promise<T> {
    return this.required(what, await this.send<T>("update", what, path, body));
  }

  async put<T>(what: string, path: string, body: unknown): Promise<T> {
    return this.required(what, await this.send<T>("replace", what, path, body));
  }

  private required<T>(what: string, found: T | null): T {
    if (found !== null) return found;
    throw explain(what, Object.assign(new Error("there is no such thing"), { statusCode: 404 }), "devops");
  }

  private async send<T>(verb: Verb, what: string, path: string, body?: unknown): Promise<T | null> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.sendOnce<T>(verb, path, body);
      } catch (error) {
        const pauseMs = this.pauseBefore(error, verb, attempt);
        if (pauseMs === undefined) throw explain(what, error, "devops");
        await pause(pauseMs);
      }
    }
  }

  private async sendOnce<T>(verb: Verb, path: string, body: unknown): Promise<T | null> {
    const url = path.startsWith("http") ? path : `${this.organisationUrl}/${path}`;
    const { rest } = this.api;
    const answer = await (verb === "get" ? rest.get<T>(url) : rest[verb]<T>(url, body)).catch(
      (error: unknown) => {
        throw Math.trunc((statusOf(error) ?? 0) / 100) === 3 ? notSignedIn() : error;
      },
    );
    // With a token of another tenant, Azure DevOps answers with 203 and a page to sign in on.
    if (answer.statusCode === 203 || (answer.statusCode < 300 && answer.result === null)) throw notSignedIn();
    return answer.result;
  }

  /** Pause before a request is sent again; undefined when it must not be, or will not do better. */
  private pauseBefore(error: unknown, verb: Verb, attempt: number): number | undefined {
    if (error instanceof PlatformError || attempt >= this.attempts) return undefined;
    const status = statusOf(error);
    // A creation that failed may have been made all the same; the next run looks. One that was turned away was not.
    const transient = status === 429 || (verb !== "create" && (status === undefined || status >= 500));
    const asked = (retryAfterSeconds(error) ?? 0) * 1000;
    const pauseMs = Math.max(asked, this.firstPauseMs * 2 ** (attempt - 1));
    return transient && pauseMs <= maxPauseMs ? pauseMs : undefined;
  }
}
