import type { IncomingMessage } from "node:http";
import type { FastifyInstance } from "fastify";
import { RequestProblem } from "../problems/problem";

/** More than one header of this name, in whatever case; `headers` has the first alone of those that may be there once. */
function isTwice({ rawHeaders }: IncomingMessage, name: string): boolean {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const header = rawHeaders[index] ?? "";
    if (header.length === name.length && header.toLowerCase() === name) count += 1;
  }
  return count > 1;
}

const invalid = (detail: string): RequestProblem =>
  new RequestProblem("REQUEST_INVALID", detail, { headers: { connection: "close" } });

/**
 * What is wrong with how a request is framed, if something is, that the HTTP server takes all the same: several hosts (RFC 9112, section
 * 3.2), and bodies in another coding than chunks (section 6.1), of which proxies before the service may think otherwise.
 */
export function framingFault(request: IncomingMessage): RequestProblem | undefined {
  if (isTwice(request, "host")) return invalid("The request has several Host headers. Send one.");
  const coding = request.headers["transfer-encoding"];
  if (coding === undefined || coding.toLowerCase() === "chunked") return undefined;
  return invalid(
    `The body has the Transfer-Encoding ${JSON.stringify(coding)}. Send it as it is, in chunks or with its length.`,
  );
}

/**
 * Refuses requests that are framed in two ways. Call it before the hooks that refuse for other reasons, and `addContinue` after them.
 */
export function addFraming(app: FastifyInstance): void {
  app.addHook("onRequest", (request, _reply, done) => done(framingFault(request.raw)));
}

/**
 * Tells clients that ask first (`Expect: 100-continue`) to send their body, once nothing else has refused the request: a client that may
 * not call, or comes when the service is busy, need not send it. The server has to leave that to the routes.
 */
export function addContinue(app: FastifyInstance, maxBodyBytes: number): void {
  const told = new WeakSet<IncomingMessage>();
  app.addHook("preParsing", (request, reply, payload, done) => {
    const { expect, "content-length": length } = request.headers;
    // A longer body is refused by its length.
    if (expect !== undefined && request.raw.httpVersion === "1.1" && Number(length ?? 0) <= maxBodyBytes) {
      reply.raw.writeContinue();
      told.add(request.raw);
    }
    done(null, payload);
  });
  app.addHook("onSend", (request, reply, payload, done) => {
    // Whether its body follows all the same cannot be known, so that the next request could not be told from it.
    if (request.headers.expect !== undefined && !told.has(request.raw)) reply.header("connection", "close");
    done(null, payload);
  });
}
