import type { IncomingMessage, ServerResponse } from "node:http";
import { gunzipSync } from "node:zlib";

/** A request to one of Azure's services, read whole, and what answers it. */
export interface Call {
  readonly request: IncomingMessage;
  /** With the host that was asked for. */
  readonly url: URL;
  readonly bytes: Buffer;
  /** The bytes as text. */
  readonly body: string;
  readonly response: ServerResponse;
}

export async function readCall(request: IncomingMessage, response: ServerResponse): Promise<Call> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const sent = Buffer.concat(chunks);
  const bytes = request.headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent;
  return { request, url: urlOf(request), bytes, body: bytes.toString(), response };
}

export function urlOf({ headers, url = "/" }: IncomingMessage): URL {
  return new URL(url, `https://${(headers.host ?? "").replace(/:\d+$/, "")}`);
}
