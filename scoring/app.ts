import fastify, {
  LogController,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from "fastify";
import type { ServingLimits } from "../platform/definition";
import { scoreAnswer, type ScoreAnswer } from "./answer";
import { internalProblem, problemBody, problemContentType, RequestProblem } from "./problem";
import { readRows } from "./read-rows";
import { requestIdOf, shadowHeader } from "./request-headers";
import { Scorer, type ScorerOptions } from "./scorer";

export interface AppOptions extends ScorerOptions {
  /** A body that must score before the service says that it is ready. */
  readonly example: unknown;
  /** Level of the service's own log; it is silent without one. */
  readonly logLevel?: string;
}

/** Methods per address; the answer to another method lists them. */
const addresses: Readonly<Record<string, string>> = {
  "/score": "POST",
  "/healthz": "GET, HEAD",
  "/readyz": "GET, HEAD",
  "/metadata": "GET, HEAD",
};

function parseBody(body: Buffer): unknown {
  if (body.length === 0)
    throw new RequestProblem("BODY_INVALID", "The body is empty. Expected a JSON object.");
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch (cause) {
    throw new RequestProblem("BODY_INVALID", `The body is not UTF-8 text: ${(cause as Error).message}`);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new RequestProblem("BODY_INVALID", `The body is not valid JSON: ${(cause as Error).message}`);
  }
}

/** What the framework or a handler threw, as a problem; `undefined` when it is a failure of the service. */
function problemOf(error: unknown, limits: ServingLimits): RequestProblem | undefined {
  if (error instanceof RequestProblem) return error;
  const { code, statusCode, message } = error as { code?: string; statusCode?: number; message?: string };
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") {
    return new RequestProblem(
      "BODY_TOO_LARGE",
      `The body has more than ${limits.mostBodyBytes} bytes, the most allowed. Send the rows in several requests.`,
    );
  }
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") {
    return new RequestProblem(
      "MEDIA_TYPE_UNSUPPORTED",
      "The body's type is not application/json. Send JSON.",
    );
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new RequestProblem("REQUEST_INVALID", message ?? "The request is not valid.");
  }
  return undefined;
}

function sendProblem(reply: FastifyReply, problem: RequestProblem, requestId: string): FastifyReply {
  return reply
    .code(problem.status)
    .headers(problem.details.headers ?? {})
    .header("content-type", problemContentType)
    .send(JSON.stringify(problemBody(problem, requestId)));
}

/** Answers `POST /score`. */
function scoreHandler(scorer: Scorer, { mostRows }: ServingLimits) {
  return async (request: FastifyRequest): Promise<ScoreAnswer> => {
    const { signature, reference } = scorer;
    const rows = readRows(signature, request.body, mostRows);
    const shadow = request.headers[shadowHeader] !== undefined;
    const predictions = await scorer.score(rows, { id: request.id, shadow });
    return scoreAnswer(predictions, { signature, model: reference, requestId: request.id });
  };
}

function addErrorHandling(app: FastifyInstance, limits: ServingLimits): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error, limits);
    if (problem === undefined) request.log.error({ err: error }, "request failed");
    return sendProblem(reply, problem ?? internalProblem(request.id), request.id);
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?", 1)[0] ?? "";
    const allow = Object.hasOwn(addresses, path) ? addresses[path] : undefined;
    const problem =
      allow === undefined
        ? new RequestProblem(
            "NOT_FOUND",
            `There is nothing at ${path}. There are: ${Object.keys(addresses).join(", ")}.`,
          )
        : new RequestProblem("METHOD_NOT_ALLOWED", `${path} takes ${allow}, not ${request.method}.`, {
            headers: { allow },
          });
    return sendProblem(reply, problem, request.id);
  });
}

/** The scoring service of one model, not listening yet. It gets ready by scoring its example. */
export function buildApp(options: AppOptions): FastifyInstance {
  const { model, reference, limits, logLevel } = options;
  const scorer = new Scorer(options);
  let state: "starting" | "ready" | "closing" = "starting";
  const app = fastify({
    logger: logLevel === undefined ? false : { level: logLevel },
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "requestId" }),
    genReqId: (request) => requestIdOf(request.headers["x-request-id"]),
    bodyLimit: limits.mostBodyBytes,
    requestTimeout: limits.timeoutMs,
    // A request that comes on an open connection while the service closes is still answered.
    return503OnClosing: false,
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) => {
    try {
      done(null, parseBody(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });

  app.addHook("onRequest", async (request, reply) => void reply.header("x-request-id", request.id));
  app.addHook("onSend", async (_request, reply) => {
    if (state === "closing") reply.header("connection", "close");
  });
  app.addHook("onResponse", async (request, reply) => {
    const { method, url } = request;
    const line = { method, url, status: reply.statusCode, ms: reply.elapsedTime };
    if (reply.statusCode >= 400) request.log.info(line, "request refused");
    else request.log.debug(line, "request answered");
  });
  app.addHook("onReady", async () => {
    await scorer.assertScores(readRows(scorer.signature, options.example, limits.mostRows));
    state = "ready";
  });
  app.addHook("preClose", (done) => {
    state = "closing";
    done();
  });
  addErrorHandling(app, limits);

  app.post("/score", scoreHandler(scorer, limits));
  app.get("/healthz", () => ({ status: "ok" }));
  app.get("/readyz", () => {
    if (state !== "ready") throw new RequestProblem("NOT_READY", `The service is ${state}.`);
    return { status: "ready", model: reference };
  });
  app.get("/metadata", () => ({ model: reference, ...model.signature }));
  return app;
}
