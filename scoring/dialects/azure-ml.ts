import { componentsOf, infoOf, pathsOf, security } from "../description/openapi";
import {
  anyObject,
  base,
  plainText,
  problemType,
  readOperation,
  type DescribedService,
} from "../description/openapi-parts";
import { scoreSchemas, type Schema } from "../description/openapi-schemas";
import { RequestProblem } from "../problems/problem";
import { describedService } from "./described-service";
import type { Route } from "./dialect";
import { scoreRoute } from "./score";

const error = { type: problemType, schema: "ErrorResponse" };

const healthRoute: Route = {
  method: "GET",
  path: "/",
  open: true,
  handler: () => (_request, reply) => reply.type("text/plain; charset=utf-8").send("Healthy"),
  operation: () => ({
    operationId: "ServiceHealthCheck",
    ...readOperation({ summary: "Say that the process lives", tag: "Service", error, answer: plainText }),
  }),
};

/** What the Azure ML inference server describes, its health and its scoring, in OpenAPI 3. */
function openApi3(service: DescribedService, version: "3.0.3" | "3.1.0"): Schema {
  return {
    openapi: version,
    info: infoOf(service),
    security,
    paths: pathsOf([healthRoute, scoreRoute], service),
    components: componentsOf(scoreSchemas({ ...service, version, base })),
  };
}

/** The same in Swagger 2.0, which writes schemas and bodies in a way of its own. */
function swagger2(service: DescribedService): Schema {
  const definitions = scoreSchemas({ ...service, version: "2.0", base: "#/definitions/" });
  const failure = {
    description: "The request was refused, or the service failed.",
    schema: { $ref: "#/definitions/ErrorResponse" },
  };
  const input = {
    name: "serviceInputPayload",
    in: "body",
    required: true,
    description: "The rows to predict.",
    schema: { $ref: "#/definitions/ServiceInput" },
  };
  const output = { description: "A prediction per row.", schema: { $ref: "#/definitions/ServiceOutput" } };
  return {
    swagger: "2.0",
    info: infoOf(service),
    consumes: ["application/json"],
    produces: ["application/json", problemType],
    securityDefinitions: {
      Bearer: { type: "apiKey", name: "Authorization", in: "header", description: "Bearer <key>" },
    },
    paths: {
      [healthRoute.path]: {
        get: {
          operationId: "ServiceHealthCheck",
          produces: ["text/plain"],
          responses: { 200: { description: "Healthy", schema: { type: "string" } }, default: failure },
        },
      },
      [scoreRoute.path]: {
        post: {
          operationId: "RunMLService",
          security: [{ Bearer: [] }],
          parameters: [input],
          responses: { 200: output, default: failure },
        },
      },
    },
    definitions: {
      ...definitions,
      ServiceInput: { ...definitions.ServiceInput, example: { data: service.rows } },
    },
  };
}

/** The description in the version asked for; the server's default is 2. */
function descriptionOf(service: DescribedService, version: unknown): Schema {
  if (version === undefined || version === "2") return swagger2(service);
  if (version === "3") return openApi3(service, "3.0.3");
  if (version === "3.1") return openApi3(service, "3.1.0");
  throw new RequestProblem("NOT_FOUND", "There is no description in that version. Allowed: 2, 3 and 3.1.");
}

const versionParameter = {
  name: "version",
  in: "query",
  description: "Version of the description's format.",
  schema: { type: "string", enum: ["2", "3", "3.1"] },
};

/** What the Azure ML inference server answers besides `POST /score`. */
export const azureRoutes: readonly Route[] = [
  healthRoute,
  {
    method: "GET",
    path: "/swagger.json",
    handler: (service) => (request, reply) => {
      const { version } = request.query as { version?: unknown };
      return reply
        .type("application/json; charset=utf-8")
        .send(JSON.stringify(descriptionOf(describedService(service), version)));
    },
    operation: () =>
      readOperation({
        summary: "The scoring, described for clients of Azure ML",
        tag: "Description",
        error,
        answer: anyObject,
        parameters: [versionParameter],
      }),
  },
];
