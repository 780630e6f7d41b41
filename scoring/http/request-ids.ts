import type { FastifyInstance } from "fastify";
import { RequestProblem } from "../problems/problem";
import { longestId } from "./request-headers";

/** Throws when an id, which is called `name`, is too long: 431 for one in a header, 400 for one in a body. */
export function checkIdLength(
  name: string,
  value: string | undefined,
  code: "REQUEST_ID_TOO_LONG" | "BODY_INVALID" = "REQUEST_ID_TOO_LONG",
): void {
  if (value === undefined || value.length <= longestId) return;
  throw new RequestProblem(code, `${name} has ${value.length} characters. It may have at most ${longestId}.`);
}

/** Headers of an answer that repeat a client's text. */
const echoed = ["x-ms-request-id", "x-ms-client-request-id", "traceid"];

function headerOf(value: string | string[] | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/**
 * Answers every request with its ids, by the rules of the Azure ML inference server: `x-request-id` is the client's or a
 * new one; `x-ms-request-id` the client's, else its `x-ms-client-request-id`, else `x-request-id`; and
 * `x-ms-client-request-id` the client's, else its `x-ms-request-id`, else nothing.
 */
export function addRequestIds(app: FastifyInstance): void {
  app.addHook("onRequest", (request, reply, done) => {
    const { headers } = request;
    const legacy = headerOf(headers["x-ms-request-id"]);
    const client = headerOf(headers["x-ms-client-request-id"]);
    reply.header("x-request-id", request.id);
    try {
      checkIdLength("x-request-id", headerOf(headers["x-request-id"]));
      checkIdLength("x-ms-request-id", legacy);
      checkIdLength("x-ms-client-request-id", client);
    } catch (error) {
      done(error as Error);
      return;
    }
    reply.header("x-ms-request-id", legacy ?? client ?? request.id);
    const named = client ?? legacy;
    if (named !== undefined) reply.header("x-ms-client-request-id", named);
    const trace = headerOf(headers.traceid);
    if (trace !== undefined) reply.header("traceid", trace);
    done();
  });
  app.addHook("onSend", (_request, reply, payload, done) => {
    // Node.js writes headers in the encoding of a text behind them, and so would encode these bytes once more.
    const beyondAscii = echoed.some((name) => /[^\0-\x7f]/.test(String(reply.getHeader(name) ?? "")));
    done(null, beyondAscii && typeof payload === "string" ? Buffer.from(payload) : payload);
  });
}
