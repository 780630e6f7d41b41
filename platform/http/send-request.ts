import { addAbortSignal, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type {
  HttpClient as Transport,
  HttpMethods,
  PipelinePolicy,
  PipelineResponse,
} from "@azure/core-rest-pipeline" with { "resolution-mode": "import" };
import { explainStorageError } from "../base/errors";
import { isLoopback } from "./address";
import { connectionFault, HttpFault, statusFault } from "./http-fault";
import { withRetries, type RetryTiming } from "./retries";

/** Gives a token that is valid now; another one than `refused`, which the server did not accept, if it can. */
export type TokenSource = (refused?: string) => Promise<string>;

export interface HttpRequest<T> {
  readonly method: HttpMethods;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A stream can be read only once, so it is opened for each attempt. */
  readonly body?: string | (() => Readable);
  /** Asked for each attempt: a token may have expired. */
  readonly token?: TokenSource | undefined;
  /** Reads the whole response of a request that succeeded; what it throws as an HttpFault counts as a failed attempt. */
  readonly read: (response: HttpResponse) => Promise<T>;
  /** Whether sending it twice does no more than sending it once. */
  readonly idempotent: boolean;
  /** Ends the request, and its attempts, with INTERRUPTED. */
  readonly signal?: AbortSignal | undefined;
}

export interface HttpResponse {
  readonly status: number;
  /** A header's value, by its name in any case. */
  readonly header: (name: string) => string | undefined;
  readonly body: Readable;
}

/** Attempts, and the pauses between them. */
function retryPolicy({ idempotent, signal }: HttpRequest<unknown>, timing: RetryTiming): PipelinePolicy {
  return {
    name: "retry-unless-done",
    sendRequest: (request, next) => withRetries(() => next(request), { idempotent, timing, signal }),
  };
}

/** A token for each attempt, and once another one when it is refused: who is refused has done nothing yet. */
function tokenPolicy(token: TokenSource): PipelinePolicy {
  return {
    name: "token",
    async sendRequest(request, next) {
      const sent = await token();
      request.headers.set("authorization", `Bearer ${sent}`);
      try {
        return await next(request);
      } catch (error) {
        if (!(error instanceof HttpFault) || error.facts.status !== 401) throw error;
        const other = await token(sent);
        if (other === sent) throw error;
        request.headers.set("authorization", `Bearer ${other}`);
        return next(request);
      }
    },
  };
}

/** The body of a response. The library leaves a response without one where there is nothing to read. */
function bodyOf({ readableStreamBody }: PipelineResponse, signal: AbortSignal): Readable {
  const body = (readableStreamBody ?? Readable.from([])) as Readable;
  addAbortSignal(signal, body);
  return body;
}

/** Azure DevOps answers a token that it does not know with 203 and its sign-in page. */
const isSuccess = (status: number): boolean => status >= 200 && status < 300 && status !== 203;

/** One attempt, from sending the request to the end of its response, within a time. */
function attemptPolicy<T>(
  asked: HttpRequest<T>,
  timeoutMs: number,
  done: (value: T) => void,
): PipelinePolicy {
  return {
    name: "attempt",
    async sendRequest(request, next) {
      const timeout = AbortSignal.timeout(timeoutMs);
      const broken = new AbortController();
      const signals = [timeout, broken.signal, ...(asked.signal ? [asked.signal] : [])];
      const signal = AbortSignal.any(signals);
      request.abortSignal = signal;
      const { body } = asked;
      if (typeof body === "function") {
        // A file that cannot be read any more is no fault of the server.
        request.body = () => body().once("error", (error) => broken.abort(error));
      }
      try {
        const response = await next(request);
        const header = (name: string): string | undefined => response.headers.get(name);
        const stream = bodyOf(response, signal);
        if (!isSuccess(response.status)) {
          throw statusFault(response.status, await text(stream), {
            retryAfter: header("retry-after"),
            challenge: header("www-authenticate"),
            location: header("location"),
          });
        }
        done(await asked.read({ status: response.status, header, body: stream }));
        return response;
      } catch (error) {
        if (broken.signal.aborted) throw explainStorageError(broken.signal.reason);
        if (timeout.aborted) {
          const facts = { transient: true, maybeDone: true };
          throw new HttpFault(`sent no response within ${timeoutMs / 1000} s`, facts, { cause: error });
        }
        // A full disk, while a response is written to it, is no fault of the server either.
        const explained = explainStorageError(error);
        if (error instanceof HttpFault || explained !== error) throw explained;
        throw connectionFault(error) ?? error;
      }
    },
  };
}

/** Kept for the connections that stay open between requests. */
let shared: { readonly transport: Transport; readonly proxy: PipelinePolicy } | undefined;

/**
 * Sends a request until it succeeds, its attempts are used up, or the fault is one that stays. Redirects are not
 * followed: what is sent may hold a token, and is meant for this server alone. Nor are compressed responses asked for:
 * the library waits for ever for the rest of one that is cut short. Throws the last HttpFault, or INTERRUPTED.
 */
export async function sendRequest<T>(asked: HttpRequest<T>, timing: RetryTiming): Promise<T> {
  // Loaded on use: most commands send no request.
  const pipelines = await import("@azure/core-rest-pipeline");
  shared ??= { transport: pipelines.createDefaultHttpClient(), proxy: pipelines.proxyPolicy() };
  const { protocol, hostname } = new URL(asked.url);
  const request = pipelines.createPipelineRequest({
    url: asked.url,
    method: asked.method,
    headers: pipelines.createHttpHeaders({ ...asked.headers }),
    ...(typeof asked.body === "string" && { body: asked.body }),
    // Who calls this decides what may be sent unencrypted.
    allowInsecureConnection: protocol === "http:",
    streamResponseStatusCodes: new Set([Number.POSITIVE_INFINITY]),
  });
  let read: { readonly value: T } | undefined;
  const policies = [
    retryPolicy(asked, timing),
    ...(asked.token === undefined ? [] : [tokenPolicy(asked.token)]),
    attemptPolicy(asked, timing.timeoutMs, (value) => (read = { value })),
    ...(isLoopback(hostname) ? [] : [shared.proxy]),
  ];
  const pipeline = pipelines.createEmptyPipeline();
  // In this order: a policy without a phase stands behind those before it.
  for (const policy of policies) pipeline.addPolicy(policy);
  await pipeline.sendRequest(shared.transport, request);
  if (read === undefined) throw new Error("the pipeline has ended without a response");
  return read.value;
}
