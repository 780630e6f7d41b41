import type { IncomingHttpHeaders } from "node:http";
import type { FastifyInstance } from "fastify";
import { pathOf } from "../http/path-pattern";
import { RequestProblem } from "../problems/problem";

/** Decides who may call. */
export interface Authenticator {
  /** Throws UNAUTHORIZED or FORBIDDEN, or rejects with it; a promise only when it has to wait. */
  check(headers: IncomingHttpHeaders): void | Promise<void>;
  close(): void;
}

/** The token of `authorization: Bearer <token>`, if there is one. */
export function bearerOf({ authorization }: IncomingHttpHeaders): string | undefined {
  if (authorization === undefined || authorization.length > 16_384) return undefined;
  return /^bearer +(\S+)$/i.exec(authorization)?.[1];
}

/** Refuses a caller that is not known. The message is shown: it never has any of what the caller sent. */
export function unauthorized(message: string, error?: "invalid_token"): RequestProblem {
  const challenge =
    error === undefined ? 'Bearer realm="scoring"' : `Bearer realm="scoring", error="${error}"`;
  return new RequestProblem("UNAUTHORIZED", message, { headers: { "www-authenticate": challenge } });
}

/** Lets only those callers through whom the authenticator knows; open paths answer anyone. */
export function addAuth(
  app: FastifyInstance,
  authenticator: Authenticator,
  isOpenPath: (path: string) => boolean,
): void {
  app.addHook("onRequest", (request, _reply, done) => {
    // A browser sends a CORS preflight without credentials; the answer tells nothing about the model.
    if (request.method === "OPTIONS" || isOpenPath(pathOf(request.url))) {
      done();
      return;
    }
    try {
      const waiting = authenticator.check(request.headers);
      if (waiting === undefined) done();
      else waiting.then(() => done(), done);
    } catch (error) {
      done(error as Error);
    }
  });
}
