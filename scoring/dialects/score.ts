import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from "fastify";
import { percent } from "../../platform/base/wording";
import type { SeenPredictions } from "../../platform/release/seen-predictions";
import type { Signature } from "../../platform/model/signature";
import {
  content,
  predictOperation,
  problemType,
  type DescribedService,
  type Examples,
} from "../description/openapi-parts";
import { scoreSchemas, type Schema } from "../description/openapi-schemas";
import { addCors } from "../http/cors";
import { problemShape } from "../http/error-answers";
import type { JsonBody } from "../http/json-body";
import { scoreRequestOf } from "../http/score-request";
import { serverVersion } from "../http/server-version";
import { scoreAnswer, type ScoreAnswer } from "../model/answer";
import { explanationAnswer } from "../model/explain";
import { intervalsOf, requireInterval } from "../model/intervals";
import { readScoreQuery } from "../model/score-query";
import { readRows } from "../rows/read-rows";
import type { Dialect, ReceivedAnswer, Route, Service } from "./dialect";
import { columnsOf, valuesOf, type ExampleRows } from "./example-rows";
import { classesIn, jsonIn, numbersIn } from "./received-answer";
import { scorePath } from "./score-path";

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

function answerScore({ scorer, limits }: Service): RouteHandlerMethod {
  const { signature, reference } = scorer;
  const { classes } = signature.target;
  return async (request): Promise<ScoreAnswer> => {
    const body = request.body as JsonBody | undefined;
    const wishes = readScoreQuery(request.url);
    const interval = wishes.intervals ? requireInterval(signature, reference) : undefined;
    const rows = readRows(signature, body?.value, limits.maxRows);
    body?.assertNothingTwice();
    const explanation = wishes.explain
      ? explanationAnswer(await scorer.explain(rows, request.raw.socket))
      : undefined;
    const predictions = await scorer.score(rows, scoreRequestOf(request));
    const intervals = interval && intervalsOf(predictions, interval);
    return scoreAnswer(predictions, {
      classes,
      explanation,
      intervals,
      model: reference,
      requestId: request.id,
    });
  };
}

/** The numbers of an answer, of two classes the probabilities of the positive one, or the classes of more. */
function predictionsIn({ body }: ReceivedAnswer): SeenPredictions | undefined {
  const { result, probabilities } = Object(jsonIn(body)) as { result?: unknown; probabilities?: unknown };
  const pairs: readonly unknown[] | undefined = Array.isArray(probabilities) ? probabilities : undefined;
  const [first] = pairs ?? [];
  if (Array.isArray(first) && first.length > 2) return Array.isArray(result) ? classesIn(result) : undefined;
  const values = pairs?.map((pair) => (Array.isArray(pair) ? (pair[1] as unknown) : undefined)) ?? result;
  return Array.isArray(values) ? numbersIn(values) : undefined;
}

function scoreExamples(rows: ExampleRows, signature: Signature): Examples {
  return {
    byName: { summary: "Rows by name", value: { data: rows } },
    byPosition: { summary: "Rows in signature order", value: { data: valuesOf(rows, signature) } },
    byColumn: { summary: "A list per feature", value: { data: columnsOf(rows, signature) } },
  };
}

/** Only a model that has intervals describes that they may be asked for. */
function intervalParameters({ target: { interval } }: Signature): Schema[] {
  if (!interval) return [];
  return [
    {
      name: "intervals",
      in: "query",
      description: `Whether to give with each prediction an interval that holds the target of ${percent(interval.coverage)} of rows.`,
      schema: { type: "string", enum: ["true", "false"] },
    },
  ];
}

function operation({ signature, rows }: DescribedService): Schema {
  const explain = {
    name: "explain",
    in: "query",
    description:
      "Whether to explain each prediction by what each feature adds to it; for linear models and boosted trees.",
    schema: { type: "string", enum: ["true", "false"] },
  };
  return {
    // The name that clients generated for the Azure ML inference server know.
    operationId: "RunMLService",
    ...predictOperation({
      tag: "Service",
      error: { type: problemType, schema: "ErrorResponse" },
      parameters: [explain, ...intervalParameters(signature)],
      body: content("application/json", "ServiceInput", scoreExamples(rows, signature)),
      answered: "A prediction per row",
      answer: content("application/json", "ServiceOutput"),
    }),
  };
}

export const scoreRoute: Route = {
  method: "POST",
  path: scorePath,
  predictionsIn,
  handler: answerScore,
  operation,
};

/** `POST /score`: the service's own dialect, which is also that of the Azure ML inference server. */
export const score: Dialect = {
  name: "score",
  prefix: scorePath,
  errorShape: problemShape,
  prepare: (part, { corsOrigins }) => {
    addRunHeaders(part);
    if (corsOrigins !== undefined) addCors(part, corsOrigins);
  },
  schemas: scoreSchemas,
  routes: [scoreRoute],
};
