import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from "fastify";
import { parseModelRef } from "../../platform/definition/model-ref";
import {
  anyObject,
  content,
  predictOperation,
  readOperation,
  type DescribedError,
  type DescribedService,
} from "../description/openapi-parts";
import type { Schema } from "../description/openapi-schemas";
import { takeBytes } from "../http/body-parsers";
import type { ErrorShape } from "../http/error-answers";
import { scoreRequestOf } from "../http/score-request";
import { platformVersion, serverName } from "../http/server-version";
import { RequestProblem } from "../problems/problem";
import { show } from "../rows/read-faults";
import type { Dialect, Route, Service } from "./dialect";
import { checkOutputs, explanationOutputs, inferenceAnswer, outputsOf } from "./inference-answer";
import { inferenceExamples, inferenceSchemas } from "./inference-description";
import { predictionsIn } from "./inference-predictions";
import { readInferenceRequest } from "./inference-request";
import { featureDatatypes, readInferenceRows } from "./inference-rows";

/** The error of the Open Inference Protocol: one text. */
const errorShape: ErrorShape = {
  contentType: "application/json; charset=utf-8",
  body: ({ message }) => ({ error: message }),
};

interface ModelParams {
  readonly model: string;
  readonly version?: string;
}

/** Checks the type that a body says it has; clients of the binary extension often say none. */
function checkType({ headers }: FastifyRequest): void {
  const type = headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase();
  if (type === undefined || type === "application/json") return;
  if (type === "application/octet-stream" && headers["inference-header-content-length"] !== undefined) return;
  throw new RequestProblem(
    "MEDIA_TYPE_UNSUPPORTED",
    `The body's type is ${show(type)}. Send application/json, or application/octet-stream with Inference-Header-Content-Length.`,
  );
}

/** The service's one model, as the protocol sees it. */
class ServedModel {
  private readonly name: string;
  private readonly version: string;

  constructor(private readonly service: Service) {
    const { name, version } = parseModelRef(service.scorer.reference);
    this.name = name;
    this.version = String(version);
  }

  list(): object {
    return { models: [this.name] };
  }

  metadata(): object {
    const { signature } = this.service.scorer;
    return {
      name: this.name,
      versions: [this.version],
      platform: "onnx_onnxv1",
      inputs: signature.inputs.map(({ name, type, nullable }) => ({
        name,
        datatype: featureDatatypes[type],
        shape: [-1],
        ...(nullable && { parameters: { nullable } }),
      })),
      outputs: outputsOf(signature),
    };
  }

  ready(): object {
    if (this.service.state() !== "ready")
      throw new RequestProblem("NOT_READY", `Model ${this.name} is not ready.`);
    return { name: this.name, version: this.version, ready: true };
  }

  /** Throws NOT_FOUND when a request is for another model or version than this one. */
  check({ model, version }: ModelParams): void {
    if (model === this.name && (version === undefined || version === this.version)) return;
    const which = version === undefined ? show(model) : `${show(model)} with version ${show(version)}`;
    throw new RequestProblem(
      "NOT_FOUND",
      `Model ${which} not found. There is ${this.service.scorer.reference}.`,
    );
  }

  async infer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { service, name, version } = this;
    const { scorer, limits } = service;
    const { signature } = scorer;
    checkType(request);
    const header = request.headers["inference-header-content-length"];
    const body = request.body instanceof Uint8Array ? (request.body as Buffer) : Buffer.alloc(0);
    const asked = readInferenceRequest(body, header?.toString(), { name, version, signature });
    checkOutputs(signature, asked);
    const rows = readInferenceRows(signature, asked.inputs, limits.maxRows);
    const explained =
      asked.explain || asked.outputs?.some((output) => explanationOutputs.includes(output.name));
    const explanation = explained === true ? await scorer.explain(rows, request.raw.socket) : undefined;
    const scored = scoreRequestOf(request);
    // Clients of the protocol know their request by the id in its body, and find it by that in the log.
    const id = asked.id === undefined || asked.id === "" ? scored.id : asked.id;
    const predictions = await scorer.score(rows, { ...scored, id });
    const answer = inferenceAnswer(asked, predictions, { signature, name, version, explanation });
    if (answer.jsonLength === undefined)
      return reply.type("application/json; charset=utf-8").send(answer.body);
    return reply
      .type("application/octet-stream")
      .header("inference-header-content-length", String(answer.jsonLength))
      .send(answer.body);
  }
}

const tag = "Open Inference Protocol";
const error: DescribedError = { type: "application/json", schema: "InferenceError" };

const read = (summary: string, answer: Schema, parameters?: readonly Schema[]): Schema =>
  readOperation({ summary, tag, error, answer, ...(parameters && { parameters }) });

/** The parts of a model's path that a request has to name. */
function parametersOf(path: string, { reference }: DescribedService): Schema[] {
  const { name, version } = parseModelRef(reference);
  const values = { model: name, version: String(version) };
  return Object.entries(values)
    .filter(([label]) => path.includes(`:${label}`))
    .map(([label, value]) => ({
      name: label,
      in: "path",
      required: true,
      schema: { type: "string", enum: [value] },
    }));
}

/** A handler for requests that name a model, once it is clear that it is the one served. */
const ofModel =
  (
    answer: (served: ServedModel, request: FastifyRequest, reply: FastifyReply) => unknown,
  ): Route["handler"] =>
  (service): RouteHandlerMethod => {
    const served = new ServedModel(service);
    return (request, reply) => {
      served.check(request.params as ModelParams);
      return answer(served, request, reply);
    };
  };

function modelRoutes(path: string): Route[] {
  return [
    {
      method: "GET",
      path,
      handler: ofModel((served) => served.metadata()),
      operation: (service) =>
        read(
          "The model's tensors",
          content("application/json", "ModelMetadata"),
          parametersOf(path, service),
        ),
    },
    {
      method: "GET",
      path: `${path}/ready`,
      handler: ofModel((served) => served.ready()),
      operation: (service) => read("Say whether the model is ready", anyObject, parametersOf(path, service)),
    },
    {
      method: "POST",
      path: `${path}/infer`,
      predictionsIn,
      handler: ofModel((served, request, reply) => served.infer(request, reply)),
      operation: (service) =>
        predictOperation({
          tag,
          error,
          parameters: parametersOf(path, service),
          body: content(
            "application/json",
            "InferenceRequest",
            inferenceExamples(service.rows, service.signature),
          ),
          answered: "The model's outputs",
          answer: {
            ...content("application/json", "InferenceResponse"),
            // After a JSON part; what is in it is in the protocol, which a schema cannot say.
            "application/octet-stream": { schema: { type: "string", format: "binary" } },
          },
        }),
    },
  ];
}

/** The Open Inference Protocol, version 2, over HTTP, with its binary tensor data extension. */
export const openInference: Dialect = {
  name: "v2",
  prefix: "/v2",
  errorShape,
  prepare: takeBytes,
  schemas: inferenceSchemas,
  routes: [
    {
      method: "GET",
      path: "/v2",
      handler: () => () => ({
        name: serverName,
        version: platformVersion,
        extensions: ["binary_tensor_data"],
      }),
      operation: () => read("The server and its extensions", content("application/json", "ServerMetadata")),
    },
    {
      method: "GET",
      path: "/v2/health/live",
      open: true,
      // The protocol's text and its servers differ in the name of the field, so both are there.
      handler:
        ({ state }) =>
        () => ({ live: true, ready: state() === "ready" }),
      operation: () => read("Say that the process lives", anyObject),
    },
    {
      method: "GET",
      path: "/v2/health/ready",
      open: true,
      handler:
        ({ state }) =>
        (_request, reply) => {
          const ready = state() === "ready";
          return reply.code(ready ? 200 : 503).send({ live: true, ready });
        },
      operation: () => read("Say whether requests should be sent here", anyObject),
    },
    {
      method: "GET",
      path: "/v2/models",
      handler: (service) => {
        const served = new ServedModel(service);
        return () => served.list();
      },
      operation: () => read("Names of the models", anyObject),
    },
    ...modelRoutes("/v2/models/:model"),
    ...modelRoutes("/v2/models/:model/versions/:version"),
  ],
};
