import type { IncomingMessage } from "node:http";
import { errorCodes, type FastifyInstance, type FastifyRequest } from "fastify";
import { parseJson } from "./json-body";
import { RequestProblem } from "../problems/problem";

/** A body that is compressed would be read as something else. */
function checkEncoding({ headers }: FastifyRequest): void {
  const encoding = headers["content-encoding"];
  if (encoding === undefined || encoding === "identity") return;
  throw new RequestProblem(
    "MEDIA_TYPE_UNSUPPORTED",
    `The body is encoded as ${encoding}. Send it as it is, without Content-Encoding.`,
  );
}

type Read = (error: Error | null, body?: unknown) => void;

/**
 * Reads a body of at most `limit` bytes and gives what `parse` makes of it. The framework's own reader copies every body and
 * takes off each listener again; most bodies come in one piece, and a stream that has ended calls nobody.
 */
function readBody(
  payload: IncomingMessage,
  limit: number,
  { parse, done }: { readonly parse: (body: Buffer) => unknown; readonly done: Read },
): void {
  let first: Buffer | undefined;
  let pieces: Buffer[] | undefined;
  let received = 0;
  let settled = false;
  const settle: Read = (error, body) => {
    if (settled) return;
    settled = true;
    done(error, body);
  };
  if (Number(payload.headers["content-length"]) > limit) {
    settle(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE());
    return;
  }
  payload.on("data", (piece: Buffer) => {
    received += piece.length;
    if (received > limit) settle(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE());
    else if (first === undefined) first = piece;
    else (pieces ??= [first]).push(piece);
  });
  payload.on("end", () => {
    if (settled) return;
    let body: unknown;
    try {
      body = parse(pieces === undefined ? (first ?? Buffer.alloc(0)) : Buffer.concat(pieces, received));
    } catch (error) {
      settle(error as Error);
      return;
    }
    settle(null, body);
  });
  // The client has gone before its body was whole.
  payload.on("error", (error: Error) => settle(Object.assign(error, { statusCode: 400 })));
}

function addParser(app: FastifyInstance, type: string, parse: (body: Buffer) => unknown): void {
  const limit = app.initialConfig.bodyLimit ?? Infinity;
  app.addContentTypeParser(type, (request, payload, done) => {
    try {
      checkEncoding(request);
    } catch (error) {
      done(error as Error);
      return;
    }
    readBody(payload, limit, { parse, done });
  });
}

/** Bodies of `app` are JSON (`JsonBody`), and nothing else. */
export function takeJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  addParser(app, "application/json", parseJson);
}

/** Bodies of `app` are bytes, of whatever type: its handlers look at the type themselves. */
export function takeBytes(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  addParser(app, "*", (body) => body);
}
