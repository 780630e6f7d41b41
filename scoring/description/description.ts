import type { FastifyInstance } from "fastify";
import { docsPage, docsPolicy } from "./docs-page";
import { openApi, type DescribedService } from "./openapi";
import { azureOpenApi, azureSwagger } from "./openapi-azure";
import { RequestProblem } from "../problems/problem";
import { readRows } from "../rows/read-rows";
import type { Scorer } from "../model/scorer";
import type { DialectOptions } from "../dialects/dialect";

const json = "application/json; charset=utf-8";

/** The description that the Azure ML inference server gives, in the version asked for; its default is 2. */
function azureDescription(service: DescribedService, version: unknown): object {
  if (version === undefined || version === "2") return azureSwagger(service);
  if (version === "3") return azureOpenApi(service, "3.0.3");
  if (version === "3.1") return azureOpenApi(service, "3.1.0");
  throw new RequestProblem("NOT_FOUND", "There is no description of that version. There are 2, 3 and 3.1.");
}

/** Addresses that say what the service takes: for programs, for people, and for clients of the Azure ML inference server. */
export function addDescription(app: FastifyInstance, scorer: Scorer, options: DialectOptions): void {
  const { signature, reference } = scorer;
  const { maxRows } = options.limits;
  let text: string | undefined;
  const service = (): DescribedService => ({
    signature,
    reference,
    maxRows,
    rows: readRows(signature, options.example, maxRows).records(),
  });
  app.get("/", (_request, reply) => reply.type("text/plain; charset=utf-8").send("Healthy"));
  app.get("/openapi.json", (_request, reply) => {
    // Made when it is asked for: few processes ever are, and a start is not to wait for it.
    text ??= JSON.stringify(openApi(service()));
    return reply.type(json).send(text);
  });
  app.get<{ Querystring: { version?: unknown } }>("/swagger.json", ({ query }, reply) =>
    reply.type(json).send(JSON.stringify(azureDescription(service(), query.version))),
  );
  app.get("/docs", (_request, reply) =>
    reply.type("text/html; charset=utf-8").header("content-security-policy", docsPolicy).send(docsPage),
  );
}
