import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { scoreAnswer, type ScoreAnswer } from "../model/answer";
import { explanationAnswer, readExplainQuery } from "../model/explain";
import type { JsonBody } from "../http/json-body";
import { readRows } from "../rows/read-rows";
import { scoreRequestOf } from "../http/score-request";
import type { Scorer } from "../model/scorer";
import { addCors } from "../http/cors";
import type { DialectOptions } from "./dialect";
import { serverVersion } from "../http/server-version";

/** Time of the model's run as the Azure ML inference server writes it: milliseconds with three decimals. */
function runMilliseconds({ notes }: FastifyRequest): string {
  return (notes === undefined ? 0 : notes.endedAt - notes.startedAt).toFixed(3);
}

/** The headers by which clients of the Azure ML inference server tell a failed model from a refused request. */
function addRunHeaders(app: FastifyInstance): void {
  app.addHook("onSend", (request: FastifyRequest, reply: FastifyReply, _payload, done) => {
    const failed = reply.statusCode >= 500 && (request.notes?.startedAt ?? 0) > 0;
    reply.header("x-ms-server-version", serverVersion);
    reply.header("x-ms-run-function-failed", failed ? "True" : "False");
    if (reply.statusCode === 200) reply.header("x-ms-run-fn-exec-ms", runMilliseconds(request));
    done();
  });
}

/** `POST /score`: the service's own dialect, which is also that of the Azure ML inference server. */
export function addScore(app: FastifyInstance, scorer: Scorer, options: DialectOptions): void {
  const { signature, reference } = scorer;
  const { maxRows } = options.limits;
  const { classes } = signature.target;
  void app.register((part, _options, done) => {
    addRunHeaders(part);
    if (options.corsOrigins !== undefined) addCors(part, "/score", options.corsOrigins);
    part.post("/score", async (request): Promise<ScoreAnswer> => {
      const body = request.body as JsonBody | undefined;
      const explain = readExplainQuery(request.url);
      const rows = readRows(signature, body?.value, maxRows);
      body?.assertNothingTwice();
      const explanation = explain ? explanationAnswer(scorer.explain(rows)) : undefined;
      const predictions = await scorer.score(rows, scoreRequestOf(request));
      return scoreAnswer(predictions, { classes, explanation, model: reference, requestId: request.id });
    });
    done();
  });
}
