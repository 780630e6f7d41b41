import { parseModelRef } from "../../platform/definition/model-ref";
import { base, type DescribedService } from "./openapi-parts";
import type { Schema, SchemaOptions } from "./openapi-schemas";

export interface DescribedRoute {
  readonly method: string;
  /** A part that begins with ":" stands for any text. */
  readonly path: string;
  readonly operation: (service: DescribedService) => Schema;
}

export interface DescribedDialect {
  readonly routes: readonly DescribedRoute[];
  readonly schemas?: (options: SchemaOptions) => Readonly<Record<string, Schema>>;
}

/** The paths of some routes, as OpenAPI writes them. */
export function pathsOf(routes: readonly DescribedRoute[], service: DescribedService): Schema {
  return Object.fromEntries(
    routes.map(({ method, path, operation }) => [
      path.replaceAll(/:(\w+)/g, "{$1}"),
      { [method.toLowerCase()]: operation(service) },
    ]),
  );
}

export function componentsOf(schemas: Schema): Schema {
  return {
    schemas,
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

/** Ways to say who calls, as OpenAPI has them: a token, a key, or nothing where the service asks for neither. */
export const security = [{ bearer: [] }, { apiKey: [] }, {}];

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
export function openApi(service: DescribedService, dialects: readonly DescribedDialect[]): Schema {
  const options = { ...service, version: "3.1.0", base } as const;
  const schemas = dialects.map((dialect) => dialect.schemas?.(options));
  return {
    openapi: "3.1.0",
    info: infoOf(service),
    security,
    paths: pathsOf(
      dialects.flatMap(({ routes }) => routes),
      service,
    ),
    components: componentsOf(Object.assign({}, ...schemas) as Schema),
  };
}
