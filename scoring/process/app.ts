import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from "fastify";
import { addAuth, type Authenticator } from "../auth/authenticator";
import { addAdmission, type Admission } from "../http/admission";
import { addAddresses } from "../http/addresses";
import { pathOf } from "../http/path-pattern";
import { maxHeaderSize } from "./listener";
import { addBodyBudget } from "../http/body-budget";
import { takeJson } from "../http/body-parsers";
import { addDialects } from "../dialects/add-dialects";
import { dialectAt, isOpenPath } from "../dialects/find-dialect";
import { addErrorAnswers, problemShape, refuseUnreadable } from "../http/error-answers";
import { addContinue, addFraming } from "../http/request-framing";
import { addRequestIds } from "../http/request-ids";
import { readRows } from "../rows/read-rows";
import { chosenHeader, requestIdOf } from "../http/request-headers";
import type { ReadMark } from "../http/request-marks";
import { addSecurityHeaders } from "../http/security-headers";
import { Scorer, type ScorerOptions } from "../model/scorer";
import { addTelemetry, type Telemetry } from "../telemetry/request-telemetry";

export interface AppOptions extends ScorerOptions {
  /** A body that must score before the service says that it is ready. */
  readonly example: unknown;
  /** The service's own log; it is silent without one. */
  readonly logger?: FastifyBaseLogger;
  /** Who may call; anyone without one. */
  readonly authenticator?: Authenticator;
  /** Refuses requests while there are too many; nothing does without it. */
  readonly admission?: Admission;
  /** Which requests are our own; without it none is. */
  readonly readMark?: ReadMark;
  /** Sites whose pages may call the service in a browser; none without it. */
  readonly corsOrigins?: readonly string[];
  /** Counts, logs and traces requests; nothing does without it. */
  readonly telemetry?: Telemetry;
  /** Gives `GET /metrics`, which is not there without it. */
  readonly readMetrics?: () => Promise<string>;
  /** Whether clients come over TLS. */
  readonly tls?: boolean;
  /** The process's own life, which several apps may share. `closing`: not ready; `ending`: each answer ends its connection. */
  readonly life?: { readonly closing: boolean; readonly ending: boolean };
}

/** The scoring service of one model, not listening yet. It gets ready by scoring its example. */
export function buildApp(options: AppOptions): FastifyInstance {
  const { reference, limits, logger, life, admission, authenticator, telemetry } = options;
  const onOutside = (outside: ReadonlyMap<string, number>): void => telemetry?.metrics.tookOutside(outside);
  const scorer = new Scorer({ onOutside, ...options });
  let state: "starting" | "ready" | "closing" = "starting";
  const app = fastify({
    ...(logger && { loggerInstance: logger }),
    // A request's lines name it themselves: a logger for each would cost more than they do.
    childLoggerFactory: (log) => log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "requestId" }),
    genReqId: (request) => requestIdOf(request.headers["x-request-id"]),
    bodyLimit: limits.maxBodyBytes,
    requestTimeout: limits.timeoutMs,
    frameworkErrors: (error, request, reply) =>
      refuseUnreadable(error, request, { reply, shape: dialectAt(pathOf(request.raw.url ?? "")).errorShape }),
    // A longer name of a model is one that is not found, and not a request that cannot be read.
    routerOptions: { maxParamLength: maxHeaderSize },
    // A request that comes on an open connection while the service closes is still answered.
    return503OnClosing: false,
  });
  // Properties that hooks set are declared from the start: adding properties to an object later is slow.
  for (const property of ["trace", "notes", "problem", "mark", "isChosen"])
    app.decorateRequest(property, undefined);
  if (telemetry) {
    const dialectOf = (route: string): string => dialectAt(route).name;
    addTelemetry(app, telemetry, { model: reference, dialectOf });
  }
  const { readMark } = options;
  app.addHook("onRequest", (request, _reply, done) => {
    request.mark = readMark?.(request.headers);
    request.isChosen = request.headers[chosenHeader] !== undefined;
    done();
  });
  takeJson(app, scorer.signature);
  addErrorAnswers(app, { limits, shape: problemShape });
  addAddresses(app, (path) => dialectAt(path).errorShape);
  addRequestIds(app);
  addSecurityHeaders(app, { tls: options.tls === true });
  addFraming(app);
  if (admission) addAdmission(app, admission, isOpenPath);
  if (authenticator) addAuth(app, authenticator, isOpenPath);
  addContinue(app, limits.maxBodyBytes);
  addBodyBudget(app, limits.maxBodyBytes);
  app.addHook("onSend", (_request, reply, payload, done) => {
    if (state === "closing" || life?.ending === true) reply.header("connection", "close");
    done(null, payload);
  });
  app.addHook("onReady", async () => {
    await scorer.assertScores(readRows(scorer.signature, options.example, limits.maxRows));
    telemetry?.metrics.serve(reference, scorer);
    state = "ready";
  });
  app.addHook("preClose", (done) => {
    state = "closing";
    done();
  });

  addDialects(app, { ...options, scorer, state: () => (life?.closing === true ? "closing" : state) });
  return app;
}
