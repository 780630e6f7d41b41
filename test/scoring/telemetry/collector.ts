import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";

/** A request that the collector got: its path and its body as text. */
export interface Received {
  readonly path: string;
  readonly text: string;
  readonly authorization: string | undefined;
}

/** A small HTTP server that takes telemetry, and answers as it is told. */
export class Collector {
  readonly received: Received[] = [];
  /** What it answers to a body. */
  answer: (text: string) => { readonly status: number; readonly body: object } = () => ({
    status: 200,
    body: {},
  });

  private constructor(
    private readonly server: Server,
    private readonly protocol: "http" | "https",
  ) {}

  /** Over TLS when there is a certificate and its key. */
  static async start(tls?: { readonly cert: Buffer; readonly key: Buffer }): Promise<Collector> {
    const server = tls === undefined ? createServer() : createSecureServer(tls);
    const collector = new Collector(server, tls === undefined ? "http" : "https");
    server.on("request", (request, response) => {
      void buffer(request).then((body) => {
        const text = (request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body).toString();
        const { authorization } = request.headers;
        collector.received.push({ path: request.url ?? "", text, authorization });
        const { status, body: answer } = collector.answer(text);
        const pause = status === 429 ? { "retry-after": "1" } : {};
        response
          .writeHead(status, { "content-type": "application/json", ...pause })
          .end(JSON.stringify(answer));
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return collector;
  }

  get url(): string {
    return `${this.protocol}://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }
}
