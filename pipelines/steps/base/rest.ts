import type { z } from "zod";
import { PlatformError } from "../../../platform/base/errors";
import {
  HttpFault,
  defaultTiming,
  sendWithRetries,
  type RetryTiming,
} from "../../../platform/http/http-retry";
import { checkAnswer } from "../../../platform/http/json-answer";
import { isLoopback } from "../../../platform/settings/security-settings";
import { maskText } from "./mask";

/** Who is called, and what to do when it refuses. */
export interface RestService {
  /** In messages: `Azure DevOps`. */
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The remedy of a status, given what the service says about it. */
  readonly remedy: (status: number, said: string) => string | undefined;
  readonly timing?: Partial<RetryTiming> | undefined;
  /** Values that are masked in messages. */
  readonly secrets: readonly string[];
}

export interface RestCall<T> {
  /** In a message: `The list of comments`. */
  readonly what: string;
  readonly method: "GET" | "POST" | "PATCH";
  readonly url: string;
  readonly body?: unknown;
  /** Whether to ask twice does no harm, though it is a POST. */
  readonly repeatable?: boolean;
  /** Of the answer as JSON; an answer that is not is `undefined`. */
  readonly answer: z.ZodType<T>;
}

/** An answer, with where its next page is. */
export interface Answered<T> {
  readonly value: T;
  readonly link: string | null;
}

/** A call that failed, in words. */
export class RestError extends PlatformError {
  constructor(
    message: string,
    /** Absent without an answer. */
    readonly httpStatus: number | undefined,
    /** Whether the service may have done what it was asked to do. */
    readonly maybeDone: boolean,
    options: { cause: unknown },
  ) {
    super("REMOTE_FAILED", message, options);
  }
}

const commonRemedies: Readonly<Record<number, string>> = {
  400: "Correct what it names.",
  401: "Expected a token that is valid now. Pass the job's token to this step.",
  403: "Expected a token that may do this. Give its owner the permission.",
  404: "Expected it to be there, and the token to see it. Correct the address, or give the token access.",
  409: "It was changed meanwhile. Run the job again.",
  429: "It is asked too much. Run the job again later.",
};

const maxSaidCharacters = 300;

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Azure DevOps and GitHub say `{message}`, Teams `{error: {message}}`, Slack a word; what is between says anything. */
function readSaid(body: string | undefined): string {
  const value = parse(body) as { message?: unknown; error?: { message?: unknown } } | null | undefined;
  const word = /^[\w ]{1,60}$/.exec(body?.trim() ?? "")?.[0];
  const said = [value?.message, value?.error?.message, word].find((each) => typeof each === "string");
  return (said ?? "")
    .replace(/\s+/g, " ")
    .replace(/\.+\s*$/, "")
    .slice(0, maxSaidCharacters);
}

function explain(fault: HttpFault, service: RestService, { what, url }: RestCall<unknown>): RestError {
  const { status, body, retryAfterMs, maybeDone } = fault.facts;
  // The address itself may hold what opens it, as that of a webhook does.
  const place = `${service.name} (${new URL(url).host})`;
  if (status === undefined) {
    return new RestError(
      `${what}: ${place} gave ${fault.message}. Expected an answer. Check the network, and run the job again.`,
      undefined,
      maybeDone,
      { cause: fault },
    );
  }
  const said = maskText(readSaid(body), service.secrets);
  const wait = retryAfterMs === undefined ? "" : ` It asks to wait ${Math.ceil(retryAfterMs / 1000)} s.`;
  const remedy =
    service.remedy(status, said) ??
    commonRemedies[status] ??
    (status >= 500 ? "The fault is the service's. Run the job again later." : "Correct what it names.");
  return new RestError(
    `${what}: ${place} answered HTTP ${status}${said && ` (${said})`}.${wait} ${remedy}`,
    status,
    maybeDone,
    { cause: fault },
  );
}

async function read<T>(response: Response, schema: z.ZodType<T>): Promise<Answered<T>> {
  const text = await response.text();
  // Azure DevOps answers with its page to sign in, and this status, to a token that it does not know.
  if (response.status === 203) {
    throw new HttpFault("HTTP 203", { status: 401, transient: false, maybeDone: false });
  }
  return { value: checkAnswer(parse(text), schema), link: response.headers.get("link") };
}

/** Calls a service: what changes nothing more the second time is asked again, a POST only where it was not seen. */
export async function callRest<T>(service: RestService, call: RestCall<T>): Promise<Answered<T>> {
  const { protocol, hostname, host } = new URL(call.url);
  if (protocol !== "https:" && !isLoopback(hostname)) {
    throw new PlatformError(
      "SETTINGS_INVALID",
      `${host} is not asked over https://, so no token is sent to it. Expected https://. Correct the address.`,
    );
  }
  const init = (): Promise<RequestInit> =>
    Promise.resolve({
      method: call.method,
      headers: { ...service.headers, ...(call.body !== undefined && { "content-type": "application/json" }) },
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
    });
  const request = {
    url: call.url,
    init,
    read: (response: Response) => read(response, call.answer),
    idempotent: call.repeatable ?? call.method !== "POST",
  };
  try {
    return await sendWithRetries(request, { ...defaultTiming, ...service.timing });
  } catch (error) {
    throw error instanceof HttpFault ? explain(error, service, call) : error;
  }
}
