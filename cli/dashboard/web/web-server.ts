import type { FastifyServerOptions } from "fastify";
import { Connections } from "../../../scoring/http/connections";
import { createHttpServer } from "../../../scoring/process/listener";

/** Connections open at once, half of them from one address. */
const maxConnections = 1000;
/** Longest time for a request to arrive whole, in milliseconds: that of a large file on a slow line. */
const requestTimeoutMs = 300_000;

/** The server of pages, within the bounds that the scoring service has: on clients that send slowly, and on those that do not read. */
export function webServer(): Pick<FastifyServerOptions, "serverFactory" | "clientErrorHandler"> {
  return {
    serverFactory: (handler) =>
      createHttpServer({ connections: new Connections({ max: maxConnections }), requestTimeoutMs }, handler),
    // The server has answered already.
    clientErrorHandler: () => undefined,
  };
}
