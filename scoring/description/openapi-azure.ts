import { base, components, infoOf, problemType, servicePaths, type DescribedService } from "./openapi";
import { scoreSchemas, type Schema } from "./openapi-schemas";

/** What the Azure ML inference server describes, `/` and `/score`, in OpenAPI 3. */
export function azureOpenApi(service: DescribedService, version: "3.0.3" | "3.1.0"): Schema {
  const paths = servicePaths(service);
  return {
    openapi: version,
    info: infoOf(service),
    security: [{ bearer: [] }, { apiKey: [] }, {}],
    paths: { "/": paths["/"], "/score": paths["/score"] },
    components: components({ ...service, version, base }, {}),
  };
}

/** The same in Swagger 2.0. */
export function azureSwagger(service: DescribedService): Schema {
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
      "/": {
        get: {
          operationId: "ServiceHealthCheck",
          produces: ["text/plain"],
          responses: { 200: { description: "Healthy", schema: { type: "string" } }, default: failure },
        },
      },
      "/score": {
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
