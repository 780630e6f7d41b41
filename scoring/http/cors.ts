import cors, { type FastifyCorsOptions } from "@fastify/cors";
import type { FastifyInstance } from "fastify";

const granted: FastifyCorsOptions = {
  methods: "POST",
  /** Headers of an answer that a page of another site may read. */
  exposedHeaders: "x-request-id, x-ms-request-id, x-ms-client-request-id, x-ms-run-fn-exec-ms, retry-after",
  /** Headers that a page of another site may send. */
  allowedHeaders:
    "authorization, content-type, x-api-key, x-request-id, x-ms-request-id, x-ms-client-request-id, traceparent",
  maxAge: 600,
  strictPreflight: false,
};

/** Lets pages of the given sites, and of no other, call a part of the app (Cross-Origin Resource Sharing). */
export function addCors(part: FastifyInstance, origins: readonly string[]): void {
  part.addHook("onSend", (_request, reply, payload, done) => {
    // The plugin gives one to its answers without a body, which RFC 9110 (section 8.6) forbids.
    if (reply.statusCode === 204) reply.removeHeader("content-length");
    done(null, payload);
  });
  if (origins.includes("*")) {
    void part.register(cors, { ...granted, origin: "*" });
    return;
  }
  void part.register(cors, {
    // A list of origins would tell sites that are not in it, too, which methods and headers there are.
    delegator: ({ headers: { origin } }, done) =>
      done(
        null,
        origin !== undefined && origins.includes(origin) ? { ...granted, origin } : { origin: false },
      ),
  });
}
