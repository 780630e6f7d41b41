import type { FastifyInstance, FastifyReply } from "fastify";

/** Headers of an answer that a page of another site may read. */
const exposed = "x-request-id, x-ms-request-id, x-ms-client-request-id, x-ms-run-fn-exec-ms, retry-after";
/** Headers that a page of another site may send. */
const accepted =
  "authorization, content-type, x-api-key, x-request-id, x-ms-request-id, x-ms-client-request-id, traceparent";

/** Lets pages of the given sites call the address that a part of the app is for (Cross-Origin Resource Sharing). */
export function addCors(app: FastifyInstance, origins: readonly string[]): void {
  const any = origins.includes("*");
  const allow = (reply: FastifyReply, origin: string | undefined): boolean => {
    if (!any) reply.header("vary", "origin");
    if (origin === undefined || !(any || origins.includes(origin))) return false;
    reply.header("access-control-allow-origin", any ? "*" : origin);
    return true;
  };
  app.addHook("onRequest", (request, reply, done) => {
    if (allow(reply, request.headers.origin)) reply.header("access-control-expose-headers", exposed);
    done();
  });
  app.options("", (_request, reply) => {
    if (reply.hasHeader("access-control-allow-origin")) {
      reply.header("access-control-allow-methods", "POST");
      reply.header("access-control-allow-headers", accepted);
      reply.header("access-control-max-age", "600");
    }
    return reply.code(204).header("allow", "OPTIONS, POST").send();
  });
}
