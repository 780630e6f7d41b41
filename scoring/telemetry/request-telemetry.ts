import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from "fastify";
import type { ScoringMetrics } from "./scoring-metrics";
import type { RequestMark, ScoreNotes } from "../model/score-notes";
import { requestLines, type RequestLine } from "./request-lines";
import { traceContextOf, traceResponse, type TraceContext } from "./trace-context";

declare module "fastify" {
  interface FastifyRequest {
    /** The trace that the request is part of; absent before the service has seen its headers. */
    trace?: TraceContext;
  }
}

/** A request after its answer, for whoever keeps spans. */
export interface EndedRequest {
  readonly requestId: string;
  readonly trace: TraceContext;
  readonly method: string;
  /** The route's path, "" when no route took the request. */
  readonly route: string;
  readonly dialect: string;
  readonly status: number;
  readonly elapsedMs: number;
  readonly model: string;
  readonly notes?: ScoreNotes | undefined;
  /** Code of the problem it was answered with. */
  readonly problem?: string | undefined;
  /** Whether it was one of our own. */
  readonly mark?: RequestMark | undefined;
  /** Whether its client has chosen the track. */
  readonly isChosen?: boolean;
}

export interface Telemetry {
  readonly metrics: ScoringMetrics;
  /** Takes every request after its answer; absent when nothing is exported. */
  readonly onEnded?: (request: EndedRequest) => void;
}

/** By what a request is found again in the log and in traces. */
export function idsOf({ id, trace }: FastifyRequest): { requestId: string; traceId?: string } {
  return { requestId: id, ...(trace && { traceId: trace.traceId }) };
}

/** Numbers in the log: microseconds are enough. */
const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;

type Observer = (request: FastifyRequest, reply: FastifyReply, done: () => void) => void;

/** What is done after each answer of one route: counts, one line in the log, and spans where they are wanted. */
function observerOf(
  { route, dialect, model }: Pick<EndedRequest, "route" | "dialect" | "model">,
  { metrics, onEnded }: Telemetry,
): Observer {
  // What all lines of the route have in common is put into text once.
  let write: ((line: RequestLine) => void) | undefined;
  return (request, reply, done) => {
    const { id, method, log, notes, mark, isChosen = false } = request;
    const { statusCode: status, elapsedTime: elapsedMs } = reply;
    const problem = status >= 400 ? request.problem?.code : undefined;
    metrics.answered(dialect, status, elapsedMs);
    if (notes !== undefined && notes.endedAt > 0) metrics.scored(notes);
    if (problem !== undefined) metrics.refused(problem);
    // A request that ended before its headers were read has no trace.
    const trace = request.trace ?? traceContextOf(undefined);
    write ??= requestLines(log, { route, model });
    const ms = rounded(elapsedMs);
    write({ requestId: id, traceId: trace.traceId, method, status, ms, rows: notes?.rows, problem });
    onEnded?.({
      requestId: id,
      trace,
      method,
      route,
      dialect,
      status,
      elapsedMs,
      model,
      notes,
      problem,
      mark,
      isChosen,
    });
    done();
  };
}

function addObserver(route: RouteOptions, observer: Observer): void {
  const own = route.onResponse;
  const before = own === undefined ? [] : Array.isArray(own) ? own : [own];
  route.onResponse = [...before, observer];
}

/** Traces, counts and logs every request of an app that serves one version. Call it before anything that may refuse. */
export function addTelemetry(
  app: FastifyInstance,
  telemetry: Telemetry,
  { model, dialectOf }: { readonly model: string; readonly dialectOf: (route: string) => string },
): void {
  const observe = (route: string): Observer =>
    observerOf({ route, dialect: dialectOf(route), model }, telemetry);
  app.addHook("onRequest", (request, reply, done) => {
    const { headers } = request.raw;
    const trace = traceContextOf(headers.traceparent, headers.tracestate);
    request.trace = trace;
    reply.header("traceresponse", traceResponse(trace));
    done();
  });
  app.addHook("onRoute", (route) => addObserver(route, observe(route.url)));
  const unrouted = observe("");
  app.addHook("onResponse", (request, reply, done) => {
    if (request.is404) unrouted(request, reply, done);
    else done();
  });
}
