import type { IncomingMessage, OutgoingHttpHeaders, Server, ServerResponse } from "node:http";
import { healthPaths } from "../../platform/http/health-paths";
import { Connections } from "../../scoring/http/connections";
import { createHttpServer } from "../../scoring/process/listener";
import {
  internalProblem,
  problemBody,
  problemContentType,
  RequestProblem,
} from "../../scoring/problems/problem";
import { routedPath } from "../../scoring/http/path-pattern";
import { framingFault } from "../../scoring/http/request-framing";
import { passedId, requestIdOf } from "../../scoring/http/request-headers";
import type { Answer, PassedRequest, Proxy } from "./proxy";
import { endToEnd, passedHeaders } from "./passed-headers";
import { RequestLoad } from "./request-load";
import { chooseTrack, trackHeader, type Routing } from "./routing";
import type { Reply } from "./send-request";

/** Open connections; one more is closed at once. */
const maxConnections = 2000;
/** Longest time for a request to arrive whole, in milliseconds: that of a scoring process. */
const requestTimeoutMs = 60_000;

/** Addresses that the gateway answers for itself; all others are the scoring service's. */
const ownAddresses: readonly string[] = Object.values(healthPaths);

interface PublicServerOptions {
  readonly routing: () => Routing;
  readonly proxy: Proxy;
  /** By it our own tests are known. */
  readonly testKey: string;
  readonly report: (message: string) => void;
}

function sendJson(response: ServerResponse, body: unknown): void {
  const text = JSON.stringify(body);
  const headers = {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
  };
  response.writeHead(200, headers).end(text);
}

/** Content-Length of an answer; for HEAD and 304, that of the body that is left out. */
function lengthOf(method: string, { status, headers, body }: Reply): OutgoingHttpHeaders {
  if (status === 204) return {};
  const left = headers["content-length"];
  if (method !== "HEAD" && status !== 304) return { "content-length": body.length };
  return left === undefined ? {} : { "content-length": left };
}

function sendProblem(response: ServerResponse, problem: RequestProblem, requestId: string): void {
  response.writeHead(problem.status, {
    ...problem.details.headers,
    "content-type": problemContentType,
    "x-request-id": requestId,
  });
  response.end(JSON.stringify(problemBody(problem, requestId)));
}

function sendAnswer(response: ServerResponse, method: string, { track, reply }: Answer): void {
  response.writeHead(reply.status, {
    ...endToEnd(reply.headers),
    ...lengthOf(method, reply),
    [trackHeader]: track.name,
    "x-mlops-model": track.scoring.release.model,
  });
  response.end(reply.body);
}

async function passOn(
  request: PassedRequest,
  response: ServerResponse,
  { header, options }: { header: string | undefined; options: PublicServerOptions },
): Promise<void> {
  const choice = chooseTrack(options.routing(), header);
  const answer = await options.proxy.answer(choice, request);
  if (answer === undefined) {
    throw new RequestProblem(
      "NOT_READY",
      "No scoring process answers at the moment. Try again in a second.",
      {
        headers: { "retry-after": "1" },
      },
    );
  }
  sendAnswer(response, request.method, answer);
  const { predictions, reply } = answer;
  if (choice.copy !== undefined && predictions !== undefined && reply.status === 200) {
    options.proxy.copy(choice.copy, request, predictions);
  }
}

async function handle(
  message: IncomingMessage,
  response: ServerResponse,
  { requestId, options, load }: { requestId: string; options: PublicServerOptions; load: RequestLoad },
): Promise<void> {
  const { method = "GET", url = "/", headers } = message;
  const fault = framingFault(message);
  if (fault !== undefined) throw fault;
  const path = routedPath(url);
  if (ownAddresses.includes(path) && (method === "GET" || method === "HEAD")) {
    const { stable, canary } = options.routing();
    const ready = path === healthPaths.alive || (stable ?? canary)?.scoring.ready === true;
    if (!ready) throw new RequestProblem("NOT_READY", "No scoring process is ready.");
    return sendJson(response, { status: path === healthPaths.alive ? "ok" : "ready" });
  }
  const body = await load.readBody(message, response);
  load.enter(message, response);
  const request: PassedRequest = {
    method,
    url,
    path,
    requestId: passedId(headers["x-request-id"], requestId),
    headers: passedHeaders(headers, options.testKey),
    body,
  };
  const header = headers[trackHeader];
  await passOn(request, response, { header: header?.toString(), options });
}

/** The gateway's listener for clients, not listening yet. */
export function createPublicServer(options: PublicServerOptions): Server {
  const connections = new Connections({ max: maxConnections });
  const load = new RequestLoad(connections);
  return createHttpServer({ connections, requestTimeoutMs }, (message, response) => {
    const requestId = requestIdOf(message.headers["x-request-id"]);
    handle(message, response, { requestId, options, load }).catch((error: unknown) => {
      // A client that has gone needs no answer.
      if (response.socket?.destroyed !== false) return;
      if (!(error instanceof RequestProblem)) options.report(`Request ${requestId} failed: ${String(error)}`);
      if (response.headersSent) response.destroy();
      else
        sendProblem(
          response,
          error instanceof RequestProblem ? error : internalProblem(requestId),
          requestId,
        );
    });
  });
}
