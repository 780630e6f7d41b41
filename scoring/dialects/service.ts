import { healthPaths } from "../../platform/http/health-paths";
import { docsPage, docsPolicy } from "../description/docs-page";
import { openApi } from "../description/openapi";
import { anyObject, plainText, problemType, readOperation } from "../description/openapi-parts";
import type { Schema } from "../description/openapi-schemas";
import { problemShape } from "../http/error-answers";
import { RequestProblem } from "../problems/problem";
import { azureRoutes } from "./azure-ml";
import { describedService } from "./described-service";
import type { Dialect } from "./dialect";

const read = (summary: string, tag: "Service" | "Description", answer: Schema): Schema =>
  readOperation({ summary, tag, error: { type: problemType, schema: "ErrorResponse" }, answer });

/** What every process answers, whichever way clients ask for predictions: how it is, and what it takes. */
export const service: Dialect = {
  name: "service",
  errorShape: problemShape,
  routes: [
    ...azureRoutes,
    {
      method: "GET",
      path: healthPaths.alive,
      open: true,
      handler: () => () => ({ status: "ok" }),
      operation: () => read("Say that the process lives, as JSON", "Service", anyObject),
    },
    {
      method: "GET",
      path: healthPaths.ready,
      open: true,
      handler:
        ({ scorer, state }) =>
        () => {
          const now = state();
          if (now !== "ready") throw new RequestProblem("NOT_READY", `The service is ${now}.`);
          return { status: "ready", model: scorer.reference };
        },
      operation: () => read("Say whether requests should be sent here", "Service", anyObject),
    },
    {
      method: "GET",
      path: "/metadata",
      handler:
        ({ scorer }) =>
        () => ({ model: scorer.reference, ...scorer.signature }),
      operation: () => read("The model and its signature", "Service", anyObject),
    },
    {
      method: "GET",
      path: "/metrics",
      handler:
        ({ readMetrics }) =>
        async (_request, reply) => {
          if (readMetrics === undefined)
            throw new RequestProblem("NOT_FOUND", "This process keeps no metrics.");
          return reply.type("text/plain; version=0.0.4; charset=utf-8").send(await readMetrics());
        },
      operation: () => read("Figures for Prometheus", "Service", plainText),
    },
    {
      method: "GET",
      path: "/openapi.json",
      handler: (served) => {
        let text: string | undefined;
        return (_request, reply) => {
          // Made on first use: few processes are ever asked, and starting should not wait for it.
          text ??= JSON.stringify(openApi(describedService(served), served.dialects));
          return reply.type("application/json; charset=utf-8").send(text);
        };
      },
      operation: () => read("This description", "Description", anyObject),
    },
    {
      method: "GET",
      path: "/docs",
      open: true,
      handler: () => (_request, reply) =>
        reply
          .type("text/html; charset=utf-8")
          .headers({
            "content-security-policy": docsPolicy,
            "referrer-policy": "no-referrer",
            "x-frame-options": "DENY",
          })
          .send(docsPage),
      operation: () =>
        read("A page to read it and try it", "Description", { "text/html": { schema: { type: "string" } } }),
    },
  ],
};
