import { Agent, type IncomingHttpHeaders } from "node:http";
import { refusalStatuses } from "../../platform/release/deployment";
import type { SeenPredictions } from "../../platform/release/seen-predictions";
import { reasonOf } from "../../platform/base/errors";
import { predictingRouteAt } from "../../scoring/dialects/find-dialect";
import { shadowHeader } from "../../scoring/http/request-headers";
import { readMarks, type ReadMark } from "../../scoring/http/request-marks";
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
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An answer with the track it came from. */
export interface Answer {
  readonly track: LiveTrack;
  readonly reply: Reply;
  /** Predictions in the answer to a request for them; undefined when the request was for something else. */
  readonly predictions: SeenPredictions | undefined;
}

/** What came of asking a track; a request that asks for no predictions has no outcome, as it is no part of a sample. */
interface Asked {
  readonly answer: Answer | undefined;
  readonly outcome?: Outcome;
}

function count(
  track: LiveTrack,
  { outcome }: Asked,
  compared: Pick<Outcome, "refusedAlone" | "shadowOf"> = {},
): void {
  if (outcome !== undefined) track.sampler.record({ ...outcome, ...compared });
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
  /** By it scoring processes know a copy, and the gateway a test. */
  readonly testKey: string;
}

/** Passes requests on to scoring processes and counts what becomes of them. */
export class Proxy {
  private readonly agent = new Agent({ keepAlive: true, maxFreeSockets: 64 });
  private copies = 0;
  private readonly readMark: ReadMark;

  constructor(private readonly options: ProxyOptions) {
    this.readMark = readMarks(options.testKey);
  }

  /**
   * The answer to a request, or `undefined` when no process could give one. A canary that fails, or refuses what stable answers, is
   * stood in for by stable, and a stable process that ends is waited for and asked once more: scoring has no effect besides its
   * answer, so asking twice is safe.
   * Of a track that a client has chosen nothing is counted: whoever chooses what a track is asked would choose how it is judged. A test
   * of ours may.
   */
  async answer({ track, fallback, isChosen }: Choice, request: PassedRequest): Promise<Answer | undefined> {
    if (fallback === undefined) {
      const counts = isChosen !== true || this.readMark(request.headers) === "test";
      const first = await this.askAndCount(track, request, counts);
      return first ?? this.askAndCount(track, request, counts);
    }
    const first = await this.ask(track, request, 0);
    if (first.answer !== undefined && first.answer.reply.status < 400) {
      count(track, first, { refusedAlone: false });
      return first.answer;
    }
    // Answers of the fallback are not counted in its own sample, which would then hold requests of both tracks.
    const second = await this.ask(fallback, request, restartWaitMs);
    const stableAnswers = second.answer !== undefined && second.answer.reply.status < 400;
    const isRefused = first.answer !== undefined && first.answer.reply.status < 500;
    count(track, first, { refusedAlone: isRefused && stableAnswers });
    return isRefused && !stableAnswers ? first.answer : (second.answer ?? first.answer);
  }

  /** Sends a copy to the canary and compares; the client, whom stable has answered, has its answer already. */
  copy(canary: LiveTrack, request: PassedRequest, shadowOf: SeenPredictions): void {
    if (this.copies >= maxCopies) return;
    this.copies += 1;
    this.ask(canary, request, 0, true)
      .then((asked) => count(canary, asked, { shadowOf, refusedAlone: asked.outcome?.refused === true }))
      .catch((error: unknown) => this.options.report(`A copy could not be sent: ${String(error)}`))
      .finally(() => (this.copies -= 1));
  }

  close(): void {
    this.agent.destroy();
  }

  private async askAndCount(
    track: LiveTrack,
    request: PassedRequest,
    counts: boolean,
  ): Promise<Answer | undefined> {
    const asked = await this.ask(track, request, restartWaitMs);
    if (counts) count(track, asked);
    return asked.answer;
  }

  /** One attempt at one track. */
  private async ask(
    track: LiveTrack,
    request: PassedRequest,
    waitMs: number,
    shadow = false,
  ): Promise<Asked> {
    const start = performance.now();
    const received = await track.scoring.use(waitMs, (port) =>
      port === undefined
        ? Promise.resolve(undefined)
        : this.send({ port, scoring: track.scoring, request, shadow }),
    );
    const latencyMs = performance.now() - start;
    const route = predictingRouteAt(request.method, request.path);
    if (route === undefined) {
      return { answer: received && { track, reply: received, predictions: undefined } };
    }
    const predictions = received?.status === 200 ? route.predictionsIn(received) : [];
    if (predictions === undefined) {
      this.options.report(
        `${track.scoring.release.model} answered request ${request.requestId} with status 200, but without predictions.`,
      );
    }
    // Status 200 around something else is a failure as much as a status that says so.
    const reply = predictions && received;
    return {
      answer: reply && { track, reply, predictions },
      outcome: {
        failed: reply === undefined || reply.status >= 500,
        refused: reply !== undefined && refusalStatuses.includes(reply.status),
        isTest: this.readMark(request.headers) === "test",
        latencyMs,
        predictions: predictions ?? [],
      },
    };
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
