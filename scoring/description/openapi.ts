import { parseModelRef } from "../../platform/definition/model-ref";
import type { Signature } from "../../platform/model/signature";
import {
  csvExample,
  inferenceExamples,
  invocationExamples,
  scoreExamples,
  type Examples,
} from "./openapi-examples";
import { protocolSchemas } from "./openapi-protocols";
import { scoreSchemas, type Schema, type SchemaOptions } from "./openapi-schemas";
import { problems } from "../problems/problem";
import type { InputValue } from "../rows/row-table";

export interface DescribedService {
  readonly signature: Signature;
  /** `name:version`. */
  readonly reference: string;
  readonly maxRows: number;
  /** Rows by name that are answered. */
  readonly rows: readonly Readonly<Record<string, InputValue>>[];
}

export const base = "#/components/schemas/";

function content(type: string, name: string, examples?: Examples): Schema {
  return { [type]: { schema: { $ref: `${base}${name}` }, ...(examples && { examples }) } };
}

function ok(description: string, body: Schema): Schema {
  return {
    description,
    headers: { "x-request-id": { $ref: "#/components/headers/RequestId" } },
    content: body,
  };
}

/** Why a status is answered: the titles of its problems. */
function titleOf(status: number): string {
  const titles = Object.values(problems).filter((problem) => problem.status === status);
  return [...new Set(titles.map(({ title }) => title))].join("; or: ");
}

/** Statuses that any address may answer, and those of one that takes a body besides. */
const anywhere = [400, 401, 403, 431, 500, 503];
const withBody = [...anywhere, 404, 413, 415].sort((a, b) => a - b);

function refusals(statuses: readonly number[], type: string, name: string): Schema {
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      { description: titleOf(status), content: content(type, name) },
    ]),
  );
}

export const problemType = "application/problem+json";

function get(
  summary: string,
  tag: string,
  more: { answer: Schema; error?: readonly [string, string] },
): Schema {
  const [type, name] = more.error ?? [problemType, "ErrorResponse"];
  return {
    get: {
      summary,
      tags: [tag],
      responses: { 200: ok(summary, more.answer), ...refusals([...anywhere, 404], type, name) },
    },
  };
}

export function servicePaths({ signature, rows }: DescribedService): Record<string, Schema> {
  const explain = {
    name: "explain",
    in: "query",
    description: "Whether to tell what each feature adds to each prediction; for linear models.",
    schema: { type: "string", enum: ["true", "false"] },
  };
  const tag = "Service";
  const json = { "application/json": { schema: { type: "object" } } };
  const plain = { "text/plain": { schema: { type: "string" } } };
  const healthy = get("Say that the process lives", tag, { answer: plain });
  return {
    "/score": {
      post: {
        operationId: "RunMLService",
        summary: "Predict",
        tags: [tag],
        parameters: [explain],
        requestBody: {
          required: true,
          content: content("application/json", "ServiceInput", scoreExamples(rows, signature)),
        },
        responses: {
          200: ok("A prediction per row", content("application/json", "ServiceOutput")),
          ...refusals(withBody, problemType, "ErrorResponse"),
        },
      },
    },
    "/": { get: { ...(healthy.get as Schema), operationId: "ServiceHealthCheck" } },
    "/healthz": get("Say that the process lives, as JSON", tag, { answer: json }),
    "/readyz": get("Say whether requests should be sent here", tag, { answer: json }),
    "/metadata": get("The model and its signature", tag, { answer: json }),
    "/metrics": get("Figures for Prometheus", tag, { answer: plain }),
  };
}

function inferencePaths({ signature, reference, rows }: DescribedService): Record<string, Schema> {
  const { name, version } = parseModelRef(reference);
  const tag = "Open Inference Protocol";
  const error = ["application/json", "InferenceError"] as const;
  const json = { "application/json": { schema: { type: "object" } } };
  const parameter = (label: string, value: string): Schema => ({
    name: label,
    in: "path",
    required: true,
    schema: { type: "string", enum: [value] },
  });
  // After a JSON part; what is in it is in the protocol, which a schema cannot say.
  const bytes = { "application/octet-stream": { schema: { type: "string", format: "binary" } } };
  const infer = {
    post: {
      summary: "Predict",
      tags: [tag],
      requestBody: {
        required: true,
        content: content("application/json", "InferenceRequest", inferenceExamples(rows, signature)),
      },
      responses: {
        200: ok("The model's outputs", { ...content("application/json", "InferenceResponse"), ...bytes }),
        ...refusals(withBody, ...error),
      },
    },
  };
  const of = (path: string, parameters: readonly Schema[]): Record<string, Schema> => ({
    [path]: {
      parameters,
      ...get("The model's tensors", tag, { answer: content("application/json", "ModelMetadata"), error }),
    },
    [`${path}/ready`]: { parameters, ...get("Say whether the model is ready", tag, { answer: json, error }) },
    [`${path}/infer`]: { parameters, ...infer },
  });
  const model = parameter("model", name);
  return {
    "/v2": get("The server and its extensions", tag, {
      answer: content("application/json", "ServerMetadata"),
      error,
    }),
    "/v2/health/live": get("Say that the process lives", tag, { answer: json, error }),
    "/v2/health/ready": get("Say whether requests should be sent here", tag, { answer: json, error }),
    "/v2/models": get("Names of the models", tag, { answer: json, error }),
    ...of("/v2/models/{model}", [model]),
    ...of("/v2/models/{model}/versions/{version}", [model, parameter("version", String(version))]),
  };
}

function mlflowPaths({ signature, rows }: DescribedService): Record<string, Schema> {
  const tag = "MLflow";
  const error = ["application/json", "MlflowError"] as const;
  const plain = { "text/plain": { schema: { type: "string" } } };
  const csv = { "text/csv": { schema: { type: "string" }, example: csvExample(rows, signature) } };
  const json = content("application/json", "Invocation", invocationExamples(rows, signature));
  return {
    "/invocations": {
      post: {
        summary: "Predict",
        tags: [tag],
        requestBody: { required: true, content: { ...json, ...csv } },
        responses: {
          200: ok("A prediction per row", content("application/json", "Invoked")),
          ...refusals(withBody, ...error),
        },
      },
    },
    "/ping": get("Say whether the model is ready", tag, { answer: plain, error }),
    "/health": get("Say whether the model is ready", tag, { answer: plain, error }),
    "/version": get("The platform's version", tag, { answer: plain, error }),
  };
}

function descriptionPaths(): Record<string, Schema> {
  const tag = "Description";
  const json = { "application/json": { schema: { type: "object" } } };
  const version = {
    name: "version",
    in: "query",
    description: "Version of the description's format.",
    schema: { type: "string", enum: ["2", "3", "3.1"] },
  };
  const swagger = get("POST /score, described for clients of Azure ML", tag, { answer: json });
  return {
    "/openapi.json": get("This description", tag, { answer: json }),
    "/docs": get("A page to read it and try it", tag, {
      answer: { "text/html": { schema: { type: "string" } } },
    }),
    "/swagger.json": { parameters: [version], ...swagger },
  };
}

export function components(options: SchemaOptions, schemas: Record<string, Schema>): Schema {
  return {
    schemas: { ...scoreSchemas(options), ...schemas },
    headers: { RequestId: { description: "The client's id, or a new one.", schema: { type: "string" } } },
    securitySchemes: {
      bearer: {
        type: "http",
        scheme: "bearer",
        description: "An API key or an Entra ID token, as the service is set up.",
      },
      apiKey: { type: "apiKey", in: "header", name: "x-api-key" },
    },
  };
}

export function infoOf({ signature, reference }: DescribedService): Schema {
  const { name, version } = parseModelRef(reference);
  const { target, task } = signature;
  const unit = target.unit === undefined ? "" : `, in ${target.unit}`;
  return {
    title: name,
    version: String(version),
    description: `Predicts ${target.name}${unit} (${task}). The model is ${reference}.`,
  };
}

/** The whole service, described from the model's signature in OpenAPI 3.1. */
export function openApi(service: DescribedService): Schema {
  const options = { ...service, version: "3.1.0", base } as const;
  return {
    openapi: "3.1.0",
    info: infoOf(service),
    security: [{ bearer: [] }, { apiKey: [] }, {}],
    paths: {
      ...servicePaths(service),
      ...inferencePaths(service),
      ...mlflowPaths(service),
      ...descriptionPaths(),
    },
    components: components(options, protocolSchemas(options)),
  };
}
