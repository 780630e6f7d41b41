import type { Dialect } from "../../../scoring/dialects/dialect";
import { RequestProblem } from "../../../scoring/problems/problem";

/** A made-up dialect, as somebody would write one to add it. */
export const echo: Dialect = {
  name: "echo",
  prefix: "/echo",
  errorShape: { contentType: "application/json", body: ({ code }) => ({ echoed: code }) },
  schemas: () => ({ Echo: { type: "object" } }),
  routes: [
    {
      method: "POST",
      path: "/echo/:times/predict",
      predictionsIn: ({ body }) => JSON.parse(body.toString()) as number[],
      handler: () => (request) => {
        const { times } = request.params as { times: string };
        if (times === "0") throw new RequestProblem("BODY_INVALID", "Nothing to say.");
        return [Number(times)];
      },
      operation: () => ({ summary: "Say it again", tags: ["Echo"] }),
    },
    {
      method: "GET",
      path: "/echo/alive",
      open: true,
      handler: () => () => ({ alive: true }),
      operation: () => ({ summary: "Say that it lives", tags: ["Echo"] }),
    },
  ],
};
