import cluster from "node:cluster";
import { randomUUID } from "node:crypto";
import { createServer, type RequestListener, type Server, type ServerOptions, STATUS_CODES } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { Server as NetServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { problemContentType } from "../problems/problem";
import { limitBodyPauses } from "../http/body-pauses";
import type { Connections } from "../http/connections";
import type { TlsPair } from "./tls";

export interface HttpServerOptions {
  readonly tls?: TlsPair;
  readonly connections: Connections;
  /** Longest time from the first byte of a request to its last, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** Longest time in which nothing of a body comes, in milliseconds; 10,000 unless given. */
  readonly bodyPauseMs?: number;
  /** The listener tells clients that ask first when to send their body (`addContinue`); without it they are told at once. */
  readonly listenerContinues?: boolean;
}

/** Bytes of a request's headers, with its address. */
export const maxHeaderSize = 16_384;
/** Longest time for a request's headers, or for the handshake before them, in milliseconds: slower clients are cut off. */
const headersTimeoutMs = 10_000;
/** Time for a client to read why it is cut off, in milliseconds. Nothing that it does keeps the connection open longer. */
const farewellMs = 1000;
/** A connection without a request is closed after this, in milliseconds: later than the usual load balancers do. */
const keepAliveTimeoutMs = 75_000;
/** Requests may still come on connections that had none, for this long after listening has ended, in milliseconds. */
const lingerMs = 200;
/** Time for a primary to end listening after its workers have, in milliseconds. */
const primaryMs = 50;

const faults: Readonly<Record<string, readonly [status: number, title: string]>> = {
  HPE_HEADER_OVERFLOW: [431, "The headers are too large"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "The request did not arrive in time"],
};

/** Answers bytes that are not valid HTTP, for which there is no request and no route. */
function answerFault(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, title] = faults[error.code ?? ""] ?? [400, "The request is not valid HTTP"];
  const body = JSON.stringify({
    type: "urn:mlops:problem:request-invalid",
    title,
    status,
    detail: `${title}.`,
    code: "REQUEST_INVALID",
    requestId: randomUUID(),
  });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: ${problemContentType}\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
  setTimeout(() => socket.destroy(), farewellMs).unref();
}

/** A server with bounds on what a client can make it wait for. It does not listen yet. */
export function createHttpServer(options: HttpServerOptions, listener: RequestListener): Server {
  const { tls, connections, requestTimeoutMs } = options;
  const http: ServerOptions = {
    requestTimeout: requestTimeoutMs,
    headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
    keepAliveTimeout: keepAliveTimeoutMs,
    connectionsCheckingInterval: 1000,
    maxHeaderSize,
  };
  const server =
    tls === undefined
      ? createServer(http, listener)
      : createTlsServer(
          { ...http, ...tls, minVersion: "TLSv1.2", handshakeTimeout: headersTimeoutMs },
          listener,
        );
  // All that fit into `maxHeaderSize`: those past Node.js's 2,000 would be left out unseen, and with them what says that a request may not pass.
  server.maxHeadersCount = 0;
  if (options.listenerContinues === true) server.on("checkContinue", listener);
  connections.watch(server, tls !== undefined);
  limitBodyPauses(server, options.bodyPauseMs);
  server.on("clientError", answerFault);
  return server;
}

export interface DrainOptions {
  /** Requests that came and are not answered. */
  readonly inFlight: () => number;
  /** Of `performance.now`: what is not answered then is cut off. */
  readonly deadline: number;
  /** Called when nobody listens any more: from then on each answer should end its connection. */
  readonly lastAnswers: () => void;
}

/**
 * Ends listening and waits for the requests that were accepted. A connection without a request is left open a moment:
 * one may be on its way, and closing at that instant would reset it. Answers whether all requests were answered.
 */
export async function drain(server: Server, options: DrainOptions): Promise<boolean> {
  const { inFlight, deadline, lastAnswers } = options;
  // Not the HTTP server's own close(), which closes connections without a request at once.
  const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
  const ended = closed.then(() => "ended" as const);
  // Of several workers it is the primary that listens; it ends when the last of them has told it.
  if (cluster.isWorker) await sleep(primaryMs);
  lastAnswers();
  const quietFrom = performance.now() + lingerMs;
  while (performance.now() < deadline) {
    if (inFlight() === 0 && performance.now() >= quietFrom) break;
    if ((await Promise.race([ended, sleep(10)])) === "ended") return true;
  }
  const finished = inFlight() === 0;
  server.closeIdleConnections();
  // Answers just given may still be on their way out.
  await Promise.race([ended, sleep(20)]);
  server.closeAllConnections();
  return finished;
}
