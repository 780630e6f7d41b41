import { setTimeout as pause } from "node:timers/promises";
import { types } from "node:util";
import { PlatformError, explainStorageError } from "../base/errors";

/** How often and how long a server is asked. */
export interface RetryTiming {
  /** How often a request is sent at most. */
  readonly attempts: number;
  /** Pause before the second attempt; it doubles from one to the next. */
  readonly firstPauseMs: number;
  /** A server that asks for a longer pause than this is not waited for. */
  readonly maxPauseMs: number;
  /** Longest time from sending a request to the end of its answer. */
  readonly timeoutMs: number;
}

export const defaultTiming: RetryTiming = {
  attempts: 4,
  firstPauseMs: 500,
  maxPauseMs: 60_000,
  timeoutMs: 30_000,
};

interface HttpFaultFacts {
  /** HTTP status, when there was an answer. */
  readonly status?: number;
  /** The answer's content, when it was an error. */
  readonly body?: string;
  /** Whether the same request may succeed later. */
  readonly transient: boolean;
  /** Whether the server may have done what it was asked to do. */
  readonly maybeDone: boolean;
  /** The pause that the server asked for. */
  readonly retryAfterMs?: number;
}

/** Why a request has no answer that can be used. */
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

/** A request, made anew for each attempt: a stream can be read only once, and a token may have expired. */
export interface HttpRequest<T> {
  readonly url: string;
  readonly init: () => Promise<RequestInit>;
  /** Reads the whole answer of a request that succeeded; what it throws as an HttpFault counts as a failed attempt. */
  readonly read: (response: Response) => Promise<T>;
  /** Whether to ask twice does no more than to ask once. */
  readonly idempotent: boolean;
  /** Ends the request, and its attempts, with INTERRUPTED. */
  readonly signal?: AbortSignal | undefined;
}

/** Throws INTERRUPTED when a signal was given. */
export function assertNotInterrupted(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new PlatformError(
    "INTERRUPTED",
    "The process was told to end before its work was done. Nothing half-done is left. Start it again when you like.",
  );
}

/** A pause that a signal ends with INTERRUPTED. */
export async function pauseUnless(signal: AbortSignal | undefined, pauseMs: number): Promise<void> {
  try {
    await pause(pauseMs, undefined, signal && { signal });
  } catch (error) {
    assertNotInterrupted(signal);
    throw error;
  }
}

/** An error body is for people and for a code in it; a page of megabytes is neither. */
const maxErrorCharacters = 10_000;

/** Failures of the connection after which the server has seen nothing of the request. */
const notSent = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

function connectionFault(error: unknown, timeoutMs: number): HttpFault {
  // Not `instanceof`: under a test runner, Node.js itself throws errors of another realm.
  const cause = types.isNativeError(error) ? (error.cause ?? error) : error;
  const { name, code, message } = cause as { name?: string; code?: unknown; message?: string };
  if (name === "TimeoutError") {
    return new HttpFault(
      `no answer in ${timeoutMs / 1000} s`,
      { transient: true, maybeDone: true },
      { cause },
    );
  }
  const known = typeof code === "string" ? code : "";
  // A certificate that is not accepted will not be in a second either.
  const refusedByUs = /CERT|SELF_SIGNED|VERIFY|^ERR_SSL|^ERR_TLS|ERR_INVALID/.test(known);
  // A host with several addresses fails with all their errors, and no message of its own.
  const reason = [message === "" ? name : message, message?.includes(known) ? "" : known]
    .filter(Boolean)
    .join(", ");
  return new HttpFault(
    reason,
    { transient: !refusedByUs, maybeDone: !refusedByUs && !notSent.has(known) },
    { cause },
  );
}

/** What the header says, in milliseconds: a number of seconds, or a date. */
function readRetryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

async function statusFault(response: Response): Promise<HttpFault> {
  const { status } = response;
  const body = (await response.text()).slice(0, maxErrorCharacters);
  const retryAfterMs = readRetryAfter(response.headers.get("retry-after"));
  const serverFailed = status >= 500 && status !== 501;
  return new HttpFault(`HTTP ${status}`, {
    status,
    body,
    transient: serverFailed || status === 408 || status === 429,
    maybeDone: serverFailed || status === 408,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

async function sendOnce<T>(request: HttpRequest<T>, timeoutMs: number): Promise<T> {
  const { url, init, read } = request;
  const given = await init();
  try {
    // A redirect is not followed: what is sent here holds a token, and is meant for this server alone.
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal]);
    const response = await fetch(url, { ...given, redirect: "manual", signal });
    if (!response.ok) throw await statusFault(response);
    return await read(response);
  } catch (error) {
    // A full disk, while an answer is written to it, is no fault of the server; fetch wraps what is.
    const explained = explainStorageError(error);
    throw error instanceof HttpFault || explained !== error ? explained : connectionFault(error, timeoutMs);
  }
}

/** Pause before the next attempt: longer each time, and never the same for two clients that failed together. */
function pauseFor(fault: HttpFault, attempt: number, { firstPauseMs, maxPauseMs }: RetryTiming): number {
  const backoff = Math.min(firstPauseMs * 2 ** (attempt - 1), maxPauseMs) * (0.5 + Math.random() / 2);
  return Math.max(backoff, fault.facts.retryAfterMs ?? 0);
}

/**
 * Sends a request until it succeeds, its attempts are used up, or the fault is one that stays. A request that is not
 * idempotent is sent again only if the server cannot have acted on it. Throws the last HttpFault.
 */
export async function sendWithRetries<T>(request: HttpRequest<T>, timing: RetryTiming): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    assertNotInterrupted(request.signal);
    try {
      return await sendOnce(request, timing.timeoutMs);
    } catch (error) {
      assertNotInterrupted(request.signal);
      if (!(error instanceof HttpFault)) throw error;
      const { transient, maybeDone } = error.facts;
      const safe = transient && (request.idempotent || !maybeDone);
      const pauseMs = pauseFor(error, attempt, timing);
      if (!safe || attempt >= timing.attempts || pauseMs > timing.maxPauseMs) throw error;
      await pauseUnless(request.signal, pauseMs);
    }
  }
}
