import { SpanKind, SpanStatusCode, trace as traces, type Context, type Tracer } from "@opentelemetry/api";
import { RandomIdGenerator, type IdGenerator } from "@opentelemetry/sdk-trace-base";
import { isSampled } from "../model/score-notes";
import { chosenAttribute, markAttribute } from "./mark-attribute";
import type { EndedRequest } from "./request-telemetry";

/** Gives a request's span the ids that its answer and its line in the log have. */
export class NotedIds implements IdGenerator {
  private readonly random = new RandomIdGenerator();
  private traceId: string | undefined;
  private spanId: string | undefined;

  /** The ids of the next span. */
  note({ trace }: EndedRequest): void {
    this.traceId = trace.traceId;
    this.spanId = trace.spanId;
  }

  readonly generateTraceId = (): string => take(this.traceId, () => this.random.generateTraceId());

  readonly generateSpanId = (): string => {
    const id = take(this.spanId, () => this.random.generateSpanId());
    this.spanId = undefined;
    return id;
  };
}

const take = (noted: string | undefined, random: () => string): string => noted ?? random();

interface SpanOptions {
  readonly tracer: Tracer;
  readonly ids: NotedIds;
  readonly parent: Context;
}

/** A moment of `performance.now()` as milliseconds since 1970. */
const wallTime = (moment: number): number => performance.timeOrigin + moment;

/**
 * A span for the request and, when it was scored, one for its wait and one for the model's run. They are made after the
 * answer, from moments noted on the way: the request itself pays for none of it.
 */
export function recordSpans(request: EndedRequest, { tracer, ids, parent }: SpanOptions): void {
  const { method, route, status, elapsedMs, requestId, model, notes, problem, mark } = request;
  const end = performance.now();
  ids.note(request);
  const server = tracer.startSpan(
    route === "" ? method : `${method} ${route}`,
    {
      kind: SpanKind.SERVER,
      startTime: wallTime(end - elapsedMs),
      attributes: {
        "http.request.method": method,
        ...(route !== "" && { "http.route": route }),
        "http.response.status_code": status,
        "mlops.request.id": requestId,
        "mlops.model": model,
        ...(notes && { "mlops.rows": notes.rows }),
        ...(problem !== undefined && { "error.type": problem }),
        ...(mark !== undefined && { [markAttribute]: mark }),
        ...(!isSampled(request) && { [chosenAttribute]: true }),
      },
    },
    parent,
  );
  // A client's mistake does not make the server's span a failure.
  if (status >= 500) server.setStatus({ code: SpanStatusCode.ERROR });
  if (notes !== undefined && server.isRecording()) {
    const inside = traces.setSpan(parent, server);
    const { askedAt, startedAt, endedAt } = notes;
    const child = (name: string, from: number, to: number): void => {
      if (from === 0 || to === 0) return;
      tracer.startSpan(name, { startTime: wallTime(from) }, inside).end(wallTime(to));
    };
    child("queue", askedAt, startedAt);
    child("model run", startedAt, endedAt);
  }
  server.end(wallTime(end));
}
