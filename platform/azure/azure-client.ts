import type { z } from "zod";
import { PlatformError } from "../base/errors";
import type { RetryTiming } from "../http/http-retry";
import { HttpFault, defaultTiming, sendWithRetries } from "../http/http-retry";
import { readJsonAnswer } from "../http/json-answer";
import { isLoopback } from "../settings/security-settings";
import { identityTokens, type Scope, type Tokens } from "./tokens";

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

/** A call that failed, in words, with what the caller may have to know. */
export class AzureError extends PlatformError {
  readonly httpStatus: number | undefined;
  readonly transient: boolean;
  /** Whether Azure may have done what it was asked to do. */
  readonly maybeDone: boolean;

  constructor(message: string, fault: HttpFault) {
    super("AZURE_FAILED", message, { cause: fault });
    this.httpStatus = fault.facts.status;
    this.transient = fault.facts.transient;
    this.maybeDone = fault.facts.maybeDone;
  }
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

const commonRemedies: Readonly<Record<number, string>> = {
  401: 'Expected a token of the tenant that the workspace is in. Run "az login --tenant <tenant>", or "az account set".',
  403: 'Expected an identity that may do this. Give it the role "AzureML Data Scientist" on the workspace; a new role takes some minutes.',
  404: "Expected what the stack's last update created. Run `pulumi up`, or name another stack.",
  409: "Something else changes it now. Try again in a minute.",
  429: "It is asked too much. Try again later.",
};

const maxSaidCharacters = 300;

/** Errors of Azure are `{error: {code, message}}`; what is between may answer with anything. */
function readSaid(body: string | undefined): string {
  let value: unknown;
  try {
    value = JSON.parse(body ?? "");
  } catch (error) {
    if (error instanceof SyntaxError) return "";
    throw error;
  }
  const error = (value as { error?: { code?: unknown; message?: unknown } } | null)?.error;
  const words = [error?.code, error?.message].filter((word): word is string => typeof word === "string");
  return words
    .join(": ")
    .replace(/\s+/g, " ")
    .replace(/\.+\s*$/, "")
    .slice(0, maxSaidCharacters);
}

function explain(fault: HttpFault, { what, url, remedies }: AzureCall<unknown>): AzureError {
  const { status, body, retryAfterMs } = fault.facts;
  const { host } = new URL(url);
  if (status === undefined) {
    return new AzureError(
      `${what} by ${host} failed: ${fault.message}. Expected an answer of Azure. Check the network, and try again.`,
      fault,
    );
  }
  const said = readSaid(body);
  const wait = retryAfterMs === undefined ? "" : ` It asks to wait ${Math.ceil(retryAfterMs / 1000)} s.`;
  const remedy =
    remedies?.[status] ??
    commonRemedies[status] ??
    (status >= 500 ? "The fault is Azure's. Try again later." : "Correct what Azure names.");
  return new AzureError(
    `${what} by ${host} failed with HTTP ${status}${said && ` (${said})`}.${wait} ${remedy}`,
    fault,
  );
}

/** Calls of Azure's REST APIs: a GET is asked again, a POST only where Azure cannot have acted on it. */
export class AzureClient {
  readonly managementUrl: string;
  readonly signal: AbortSignal | undefined;
  private readonly tokens: Tokens;
  readonly timing: RetryTiming;

  constructor({ tokens, timing, managementUrl, signal }: AzureConnection = {}) {
    this.tokens = tokens ?? identityTokens();
    this.timing = { ...defaultTiming, ...timing };
    this.managementUrl = managementUrl ?? "https://management.azure.com";
    this.signal = signal;
  }

  async call<T>(call: AzureCall<T>): Promise<T> {
    const { protocol, hostname, origin } = new URL(call.url);
    if (protocol !== "https:" && !isLoopback(hostname)) {
      throw new PlatformError(
        "SETTINGS_INVALID",
        `${origin} is not encrypted, so no token is sent to it. Expected https://. Correct the stack's outputs by an update.`,
      );
    }
    const init = async (): Promise<RequestInit> => ({
      method: call.method,
      headers: {
        authorization: `Bearer ${await this.tokens(call.scope)}`,
        ...(call.body !== undefined && { "content-type": "application/json" }),
        ...call.headers,
      },
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
    });
    const read = (response: Response): Promise<T> => readJsonAnswer(response, call.answer);
    const idempotent = call.method === "GET";
    try {
      return await sendWithRetries(
        { url: call.url, init, read, idempotent, signal: this.signal },
        this.timing,
      );
    } catch (error) {
      throw error instanceof HttpFault ? explain(error, call) : error;
    }
  }
}
