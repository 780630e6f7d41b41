import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Signature } from "../../platform/model/signature";
import { parseJson } from "./json-body";
import { RequestProblem } from "../problems/problem";

/** A body that is compressed would be read as something else. */
function checkEncoding({ headers }: FastifyRequest): void {
  const encoding = headers["content-encoding"];
  if (encoding === undefined || encoding === "identity") return;
  throw new RequestProblem(
    "MEDIA_TYPE_UNSUPPORTED",
    `The body has the Content-Encoding ${encoding}. Send it uncompressed, without that header.`,
  );
}

function addParser(app: FastifyInstance, type: string, parse: (body: Buffer) => unknown): void {
  app.addContentTypeParser(type, { parseAs: "buffer" }, (request, body: Buffer, done) => {
    try {
      checkEncoding(request);
      done(null, parse(body));
    } catch (error) {
      done(error as Error);
    }
  });
}

/** Bodies of `app` are JSON (`JsonBody`) with rows of this signature, and nothing else. */
export function takeJson(app: FastifyInstance, signature: Signature): void {
  app.removeAllContentTypeParsers();
  addParser(app, "application/json", (body) => parseJson(body, signature));
}

/** Bodies of `app` are bytes, of whatever type: its handlers look at the type themselves. */
export function takeBytes(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  addParser(app, "*", (body) => body);
}
