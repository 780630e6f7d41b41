import type { FastifyInstance } from "fastify";

/**
 * Headers that keep browsers and caches from doing more with an answer than reading it once. Answers hold predictions
 * about people: nothing on the way may keep them. What the page at /docs may do in a browser, it says itself.
 */
export function addSecurityHeaders(app: FastifyInstance, { tls }: { readonly tls: boolean }): void {
  app.addHook("onRequest", (_request, reply, done) => {
    reply.header("x-content-type-options", "nosniff");
    reply.header("cache-control", "no-store");
    if (tls) reply.header("strict-transport-security", "max-age=31536000");
    done();
  });
}
