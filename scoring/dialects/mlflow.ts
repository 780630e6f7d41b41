import type { FastifyRequest, RouteHandlerMethod } from "fastify";
import { probabilityNames } from "../../platform/definition/class-names";
import type { SeenPredictions } from "../../platform/release/seen-predictions";
import type { Signature } from "../../platform/model/signature";
import type { Predictions } from "../../platform/model/table";
import {
  content,
  plainText,
  predictOperation,
  readOperation,
  type DescribedError,
} from "../description/openapi-parts";
import { takeBytes } from "../http/body-parsers";
import type { ErrorShape } from "../http/error-answers";
import { parseJson } from "../http/json-body";
import { scoreRequestOf } from "../http/score-request";
import { platformVersion } from "../http/server-version";
import { explanationAnswer } from "../model/explain";
import type { Scorer } from "../model/scorer";
import { RequestProblem } from "../problems/problem";
import { readColumns } from "../rows/read-columns";
import { readCsv } from "../rows/read-csv";
import { show } from "../rows/read-faults";
import type { InputRows } from "../rows/row-table";
import type { Dialect, ReceivedAnswer, Route, Service } from "./dialect";
import { csvExample, invocationExamples, mlflowSchemas } from "./mlflow-description";
import { readInvocation } from "./mlflow-request";
import { classesIn, jsonIn, numbersIn } from "./received-answer";

/** MLflow's names for what went wrong, by HTTP status. */
const errorCodes: Readonly<Record<number, string>> = {
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "ENDPOINT_NOT_FOUND",
  500: "INTERNAL_ERROR",
  503: "TEMPORARILY_UNAVAILABLE",
};

/** The error of MLflow's scoring server. */
const errorShape: ErrorShape = {
  contentType: "application/json; charset=utf-8",
  body: ({ status, message }) => ({ error_code: errorCodes[status] ?? "INVALID_PARAMETER_VALUE", message }),
};

function unsupported(message: string): never {
  throw new RequestProblem("MEDIA_TYPE_UNSUPPORTED", message);
}

/** The type of a body, as MLflow's server takes it: with no other parameter than `charset=utf-8`. */
function typeOf({ headers }: FastifyRequest): "json" | "csv" {
  const [type = "", ...parameters] = (headers["content-type"] ?? "").split(";").map((part) => part.trim());
  for (const parameter of parameters) {
    const [name = "", value = ""] = parameter.split("=", 2);
    if (name.toLowerCase() !== "charset")
      unsupported(`The content type has the parameter ${show(name)}. Allowed: charset.`);
    if (value.replaceAll('"', "").toLowerCase() !== "utf-8")
      unsupported(`The charset is ${show(value)}. Send UTF-8.`);
  }
  if (type.toLowerCase() === "application/json") return "json";
  if (type.toLowerCase() === "text/csv") return "csv";
  return unsupported(`The body's type is ${show(type)}. Send application/json or text/csv.`);
}

/** Predictions as MLflow's server gives those of this model directory: a row of the model's outputs per row. */
function predictionRows(predictions: Predictions, { target }: Signature): object[] {
  const { prediction, probability, probabilities } = predictions;
  if (probabilities !== undefined) {
    const names = probabilityNames(target.classes);
    return Array.from<number | string, object>(prediction, (value, row) =>
      Object.fromEntries([
        ["prediction", value],
        ...names.map(
          (name, position) => [name, probabilities[row * names.length + position] ?? NaN] as const,
        ),
      ]),
    );
  }
  return Array.from<number | string, object>(prediction, (value, row) =>
    probability === undefined ? { prediction: value } : { prediction: value, probability: probability[row] },
  );
}

async function invoke(request: FastifyRequest, scorer: Scorer, maxRows: number): Promise<object> {
  const { signature } = scorer;
  const bytes = request.body instanceof Uint8Array ? (request.body as Buffer) : Buffer.alloc(0);
  let rows: InputRows;
  let explain = false;
  if (typeOf(request) === "csv") {
    rows = readColumns(signature, readCsv(bytes, signature, maxRows), maxRows);
  } else {
    const body = parseJson(bytes, signature);
    ({ rows, explain } = readInvocation(body, { signature, maxRows }));
    body.assertNothingTwice();
  }
  const explanation = explain ? explanationAnswer(await scorer.explain(rows, request.raw.socket)) : undefined;
  const predictions = await scorer.score(rows, scoreRequestOf(request));
  return { predictions: predictionRows(predictions, signature), ...(explanation && { explanation }) };
}

/** The numbers of an answer, of two classes the probabilities, or the classes of more. */
function predictionsIn(answer: ReceivedAnswer): SeenPredictions | undefined {
  const { predictions } = Object(jsonIn(answer.body)) as { predictions?: unknown };
  if (!Array.isArray(predictions)) return undefined;
  const isOfClasses = Object.keys(Object(predictions[0]) as object).some((name) =>
    name.startsWith("probability_"),
  );
  if (isOfClasses) {
    return classesIn(predictions.map((row) => (Object(row) as { prediction?: unknown }).prediction));
  }
  return numbersIn(
    predictions.map((row) => {
      const { prediction, probability } = Object(row) as { prediction?: unknown; probability?: unknown };
      return probability ?? prediction;
    }),
  );
}

const tag = "MLflow";
const error: DescribedError = { type: "application/json", schema: "MlflowError" };

function sayReady({ state }: Service): RouteHandlerMethod {
  return (_request, reply) => {
    if (state() !== "ready") throw new RequestProblem("NOT_READY", "The model is not ready.");
    return reply.type("text/plain; charset=utf-8").send("\n");
  };
}

const readyRoute = (path: string): Route => ({
  method: "GET",
  path,
  open: true,
  handler: sayReady,
  operation: () =>
    readOperation({ summary: "Say whether the model is ready", tag, error, answer: plainText }),
});

/** The protocol of MLflow's scoring server (`mlflow models serve`). */
export const mlflow: Dialect = {
  name: "mlflow",
  errorShape,
  prepare: takeBytes,
  schemas: mlflowSchemas,
  routes: [
    {
      method: "POST",
      path: "/invocations",
      predictionsIn,
      handler:
        ({ scorer, limits }) =>
        (request) =>
          invoke(request, scorer, limits.maxRows),
      operation: ({ rows, signature }) =>
        predictOperation({
          tag,
          error,
          body: {
            ...content("application/json", "Invocation", invocationExamples(rows, signature)),
            "text/csv": { schema: { type: "string" }, example: csvExample(rows, signature) },
          },
          answered: "A prediction per row",
          answer: content("application/json", "Invoked"),
        }),
    },
    readyRoute("/ping"),
    readyRoute("/health"),
    {
      method: "GET",
      path: "/version",
      handler: () => (_request, reply) => reply.type("text/plain; charset=utf-8").send(platformVersion),
      operation: () => readOperation({ summary: "The platform's version", tag, error, answer: plainText }),
    },
  ],
};
