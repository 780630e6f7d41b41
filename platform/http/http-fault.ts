import { types } from "node:util";

/** What a response that is no success says in its headers. */
export interface FaultHeaders {
  /** What a client has to prove: `www-authenticate`. */
  readonly challenge?: string | undefined;
  readonly location?: string | undefined;
}

export interface HttpFaultFacts {
  /** HTTP status, when there was a response. */
  readonly status?: number;
  /** The response's content, when it was an error. */
  readonly body?: string;
  /** Whether the same request may succeed later. */
  readonly transient: boolean;
  /** Whether the server may have done what it was asked to do. */
  readonly maybeDone: boolean;
  readonly headers?: FaultHeaders;
  /** The pause that the server asked for. */
  readonly retryAfterMs?: number;
}

/** Why a request has no response that can be used. The message says what the server did: "returned HTTP 503". */
export class HttpFault extends Error {
  constructor(
    message: string,
    readonly facts: HttpFaultFacts,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = "HttpFault";
  }
}

/** Failures of the connection after which the server has seen nothing of the request. */
const notSent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);
/** Failures of a connection that was open. */
const cutOff = new Set(["ECONNRESET", "EPIPE", "ERR_STREAM_PREMATURE_CLOSE"]);
/** A certificate that is not accepted will not be in a second either. */
const refusedByUs = /CERT|SELF_SIGNED|VERIFY|^ERR_SSL|^ERR_TLS|^ERR_INVALID/;

/** The fault of a connection that failed with this error; undefined when the error is not a connection's. */
export function connectionFault(error: unknown): HttpFault | undefined {
  // Not `instanceof`: under a test runner, Node.js itself throws errors of another realm.
  if (!types.isNativeError(error)) return undefined;
  const { code, message, name } = error as Error & { code?: unknown };
  if (typeof code !== "string") return undefined;
  const options = { cause: error };
  if (cutOff.has(code)) {
    const facts = { transient: true, maybeDone: true };
    return new HttpFault(`closed the connection before the response was complete (${code})`, facts, options);
  }
  // A host with several addresses fails with the errors of all of them, and with no message of its own.
  const words = message === "" ? name : message;
  const reason = words.includes(code) ? words : `${words}, ${code}`;
  const transient = !refusedByUs.test(code);
  const sent = !notSent.has(code) && !message.startsWith("connect ");
  return new HttpFault(
    `could not be reached: ${reason}`,
    { transient, maybeDone: transient && sent },
    options,
  );
}

/** The pause that the header `retry-after` asks for, in milliseconds: it has a number of seconds, or a date. */
export function readRetryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/** An error's content is for people and for a code in it; a page of megabytes is neither. */
const maxErrorCharacters = 10_000;

/** The fault of a response whose status is not one of success. */
export function statusFault(
  status: number,
  body: string,
  { retryAfter, ...headers }: { readonly retryAfter?: string | undefined } & FaultHeaders = {},
): HttpFault {
  const retryAfterMs = readRetryAfter(retryAfter);
  const serverFailed = status >= 500 && status !== 501;
  return new HttpFault(`returned HTTP ${status}`, {
    status,
    body: body.slice(0, maxErrorCharacters),
    transient: serverFailed || status === 408 || status === 429,
    maybeDone: serverFailed || status === 408,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    headers,
  });
}
