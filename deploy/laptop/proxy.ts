import { Agent, type OutgoingHttpHeaders } from "node:http";
import { refusalStatuses } from "../../platform/release/deployment";
import { reasonOf } from "../../platform/base/errors";
import { predictingRouteAt } from "../../scoring/dialects/find-dialect";
import { shadowHeader } from "../../scoring/http/request-headers";
import type { Choice, LiveTrack } from "./routing";
import { sendRequest, type Reply } from "./send-request";
import type { SupervisedScoring } from "./supervised-scoring";
import type { Outcome } from "./track-sampler";

/** A request as it is passed on. */
export interface PassedRequest {
  readonly method: string;
  /** Path and query, as the client sent them. */
  readonly url: string;
  readonly path: string;
  readonly requestId: string;
  /** Without those of the connection. */
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

/** An answer with the track it came from. */
export interface Answer {
  readonly track: LiveTrack;
  readonly reply: Reply;
  /** Numbers in the answer to a request for predictions; undefined when the request was for something else. */
  readonly predictions: readonly number[] | undefined;
}

interface Attempt {
  readonly port: number;
  readonly scoring: SupervisedScoring;
  readonly request: PassedRequest;
  /** A copy whose answer nobody uses. */
  readonly shadow: boolean;
}

/** Longest wait for a process that is being started again, in milliseconds. */
const restartWaitMs = 10_000;
/** Longest silence of a scoring process, in milliseconds: more than it takes to give up a request by itself. */
const answerTimeoutMs = 300_000;
/** Copies under way at once; above it requests are not copied, so that a slow canary cannot pile them up. */
const maxCopies = 16;

interface ProxyOptions {
  readonly report: (message: string) => void;
  /** By it scoring processes know a copy. */
  readonly testKey: string;
}

/** Passes requests on to scoring processes and counts what becomes of them. */
export class Proxy {
  private readonly agent = new Agent({ keepAlive: true, maxFreeSockets: 64 });
  private copies = 0;

  constructor(private readonly options: ProxyOptions) {}

  /**
   * The answer to a request, or `undefined` when no process could give one. A canary that fails is stood in for by
   * stable, and a stable process that ends is waited for and asked once more: scoring has no effect besides its
   * answer, so asking twice is safe.
   */
  async answer({ track, fallback }: Choice, request: PassedRequest): Promise<Answer | undefined> {
    const first = await this.ask(track, request, fallback === undefined ? restartWaitMs : 0);
    if (first !== undefined && (fallback === undefined || first.reply.status < 500)) return first;
    const second = fallback ?? track;
    return (await this.ask(second, request, restartWaitMs)) ?? first;
  }

  /** Sends a copy to the canary and compares; the client has its answer already. */
  copy(canary: LiveTrack, request: PassedRequest, shadowOf: readonly number[]): void {
    if (this.copies >= maxCopies) return;
    this.copies += 1;
    this.ask(canary, request, 0, shadowOf)
      .catch((error: unknown) => this.options.report(`A copy could not be sent: ${String(error)}`))
      .finally(() => (this.copies -= 1));
  }

  close(): void {
    this.agent.destroy();
  }

  /** One attempt at one track; a request that asks for predictions is counted in the track's sample. */
  private async ask(
    track: LiveTrack,
    request: PassedRequest,
    waitMs: number,
    shadowOf?: readonly number[],
  ): Promise<Answer | undefined> {
    const start = performance.now();
    const received = await track.scoring.use(waitMs, (port) =>
      port === undefined
        ? Promise.resolve(undefined)
        : this.send({ port, scoring: track.scoring, request, shadow: shadowOf !== undefined }),
    );
    const latencyMs = performance.now() - start;
    const route = predictingRouteAt(request.method, request.path);
    if (route === undefined) return received && { track, reply: received, predictions: undefined };
    const predictions = received?.status === 200 ? route.predictionsIn(received) : [];
    if (predictions === undefined) {
      this.options.report(
        `${track.scoring.release.model} answered request ${request.requestId} with status 200, but without predictions.`,
      );
    }
    // Status 200 around something else is a failure as much as a status that says so.
    const reply = predictions && received;
    const outcome: Outcome = {
      failed: reply === undefined || reply.status >= 500,
      refused: reply !== undefined && refusalStatuses.includes(reply.status),
      latencyMs,
      predictions: predictions ?? [],
      ...(shadowOf && { shadowOf }),
    };
    track.sampler.record(outcome);
    return reply && { track, reply, predictions };
  }

  private async send({ port, scoring, request, shadow }: Attempt): Promise<Reply | undefined> {
    const { method, url, requestId, headers, body } = request;
    try {
      return await sendRequest({
        host: "127.0.0.1",
        port,
        method,
        path: url,
        headers: {
          ...headers,
          "x-request-id": requestId,
          ...(shadow && { [shadowHeader]: this.options.testKey }),
        },
        ...(body.length > 0 && { body }),
        timeoutMs: answerTimeoutMs,
        agent: this.agent,
      });
    } catch (error) {
      this.options.report(`No answer for request ${requestId}: ${reasonOf(error)}`);
      // Asked again at once, the process that is gone would be asked again.
      await scoring.settle(port);
      return undefined;
    }
  }
}
