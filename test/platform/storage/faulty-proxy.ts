import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** What the proxy does to a request: it never gets there, its answer is lost, cut after some bytes, or has a byte changed. */
export type Fault = "refused" | "busy" | "reply lost" | { readonly cutAfter: number } | "garbled";

export interface Passed {
  readonly method: string;
  /** The `comp` of the request: "block", "blocklist", "lease", ...; "" for whole blobs. */
  readonly comp: string;
  readonly range: string | undefined;
}

/** Passes requests on to a server of blobs, and does to some of them what a bad network does. */
export class FaultyProxy {
  readonly passed: Passed[] = [];
  /** Decides for each request; none has a fault by default. */
  faultOf: (passed: Passed, index: number) => Fault | undefined = () => undefined;
  /** Is waited for before an answer is cut. */
  beforeCut: () => Promise<void> = () => Promise.resolve();
  private readonly server = createServer((incoming, outgoing) => void this.pass(incoming, outgoing));

  constructor(private readonly target: URL) {}

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  /** The same address, by way of the proxy. */
  through(location: string): string {
    const url = new URL(location);
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  /** How many requests of a kind came. */
  count(method: string, comp: string): number {
    return this.passed.filter((each) => each.method === method && each.comp === comp).length;
  }

  private async pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = "", headers, url = "" } = incoming;
    const range = headers["x-ms-range"] ?? headers.range;
    const comp = new URL(url, this.target).searchParams.get("comp") ?? "";
    const passed = { method, comp, range: range?.toString() };
    const same = this.passed.filter((each) => each.method === method && each.comp === comp).length;
    this.passed.push(passed);
    const fault = this.faultOf(passed, same);
    const body = await buffer(incoming);
    if (fault === "refused") return void incoming.socket.destroy();
    if (fault === "busy") return void outgoing.writeHead(503, { "x-ms-error-code": "ServerBusy" }).end();
    const answer = await this.ask({ method, url, headers }, body);
    if (fault === "reply lost") return void incoming.socket.destroy();
    const content = await buffer(answer);
    if (fault === "garbled") content[0] = (content[0] ?? 0) ^ 1;
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    if (typeof fault !== "object") return void outgoing.end(content);
    await this.beforeCut();
    outgoing.write(content.subarray(0, fault.cutAfter), () => incoming.socket.destroy());
  }

  private ask(
    { method, url, headers }: { method: string; url: string; headers: IncomingMessage["headers"] },
    body: Buffer,
  ): Promise<IncomingMessage> {
    const { hostname, port } = this.target;
    return new Promise((resolve, reject) => {
      request({ hostname, port, method, path: url, headers }, resolve).once("error", reject).end(body);
    });
  }
}
