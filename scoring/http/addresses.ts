import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { RequestProblem } from "../problems/problem";
import { sendProblem, type ErrorShape } from "./error-answers";
import { matchesPattern, pathOf } from "./path-pattern";

/** Every address of the service with its methods, as its routes declare them. */
class Addresses {
  private readonly methodsByPattern = new Map<string, Set<string>>();

  add(pattern: string, methods: readonly string[]): void {
    const known = this.methodsByPattern.get(pattern) ?? new Set();
    for (const method of methods) known.add(method);
    this.methodsByPattern.set(pattern, known);
  }

  /** The methods that a path takes, in alphabetical order; `undefined` when there is nothing at it. */
  findMethods(path: string): string[] | undefined {
    for (const [pattern, methods] of this.methodsByPattern) {
      if (matchesPattern(pattern, path)) return [...new Set([...methods, "OPTIONS"])].sort();
    }
    return undefined;
  }
}

/**
 * Answers what no route takes: 404 where there is nothing, 405 with `Allow` for a method that an address does not take,
 * and OPTIONS with the methods there are. Call it before the routes are added: it learns them as they come.
 */
export function addAddresses(app: FastifyInstance, shapeOf: (path: string) => ErrorShape): void {
  const addresses = new Addresses();
  app.addHook("onRoute", ({ url, method }) => {
    addresses.add(url, Array.isArray(method) ? method : [method]);
  });
  const answer = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { url, method, id } = request;
    const path = pathOf(url);
    const allow = addresses.findMethods(path)?.join(", ");
    if (allow !== undefined && method === "OPTIONS") return reply.code(204).header("allow", allow).send();
    const problem =
      allow === undefined
        ? new RequestProblem(
            "NOT_FOUND",
            `There is nothing at ${path}. GET /openapi.json lists what there is.`,
          )
        : new RequestProblem("METHOD_NOT_ALLOWED", `${path} takes ${allow}, not ${method}.`, {
            headers: { allow },
          });
    return sendProblem(reply, problem, { shape: shapeOf(path), requestId: id });
  };
  // After authentication, and before a body that nobody wants is read.
  app.addHook("preParsing", (request, reply, _payload, done) => {
    if (request.is404) void answer(request, reply);
    else done();
  });
  // There has to be one for the hooks to run; the one above is faster.
  app.setNotFoundHandler(answer);
}
