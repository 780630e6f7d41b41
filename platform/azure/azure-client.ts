import type { z } from "zod";
import { HttpClient } from "../http/http-client";
import type { Failure } from "../http/remote-error";
import type { RetryTiming } from "../http/retries";
import { identityTokens, type Scope, type Tokens } from "./credentials";

/** How Azure is reached. */
export interface AzureConnection {
  /** Tokens instead of the identity's. */
  readonly tokens?: Tokens;
  readonly timing?: Partial<RetryTiming>;
  /** Azure Resource Manager, instead of the public cloud's. */
  readonly managementUrl?: string;
  /** Ends what is asked for with INTERRUPTED. */
  readonly signal?: AbortSignal;
}

export interface AzureCall<T> {
  /** What is asked for, in a message. */
  readonly what: string;
  readonly scope: Scope;
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly answer: z.ZodType<T>;
  /** What to do about a status, where that is not what it is everywhere. */
  readonly remedies?: Readonly<Record<number, string>>;
}

const remedies: Readonly<Record<number, string>> = {
  401: 'Expected a token of the tenant that the workspace is in. Run "az login --tenant <tenant>", or "az account set".',
  403: 'Expected an identity that may do this. Give it the role "AzureML Data Scientist" on the workspace; a new role takes some minutes.',
  404: "Expected what the stack's last update created. Run `npm run infra:up -- --stack <name>`, or name another stack.",
  409: "Something else is changing it now. Try again in a minute.",
};

/** Calls of Azure's REST APIs: a GET is sent again, a POST only where Azure cannot have acted on it. */
export class AzureClient {
  readonly managementUrl: string;
  readonly signal: AbortSignal | undefined;
  readonly timing: RetryTiming;
  private readonly tokens: Tokens;
  private readonly http: HttpClient;

  constructor({ tokens, timing, managementUrl, signal }: AzureConnection = {}) {
    const remedy = ({ status }: Failure): string | undefined => remedies[status ?? 0];
    this.http = new HttpClient({ name: "Azure", code: "AZURE_FAILED", remedy, timing, signal });
    this.timing = this.http.timing;
    this.tokens = tokens ?? identityTokens();
    this.managementUrl = managementUrl ?? "https://management.azure.com";
    this.signal = signal;
  }

  call<T>({ scope, ...call }: AzureCall<T>): Promise<T> {
    return this.http.call({ ...call, token: () => this.tokens(scope) });
  }

  /** A call whose answer, if it has one, says no more than its status. */
  tell({ scope, ...call }: Omit<AzureCall<unknown>, "answer">): Promise<void> {
    return this.http.tell({ ...call, token: () => this.tokens(scope) });
  }
}
