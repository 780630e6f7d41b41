import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

interface RegistryRules {
  /** The sign-in that a token is given for; nobody signs in without it. */
  readonly login?: { readonly user: string; readonly password: string };
  /** Whether a blob is sent from another address, as Azure's registries do. */
  readonly redirects?: boolean;
}

/** A registry of images in memory, after the OCI distribution specification 1.1; blobs and manifests can be looked at and changed. */
export class RegistryServer {
  readonly blobs = new Map<string, Buffer>();
  readonly manifests = new Map<string, Buffer>();
  /** `authorization` of requests that were sent on to another address. */
  readonly leaked: string[] = [];
  private readonly server: Server;

  private constructor(private readonly rules: RegistryRules) {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  static async start(rules: RegistryRules = {}): Promise<RegistryServer> {
    const registry = new RegistryServer(rules);
    await new Promise<void>((resolve) => registry.server.listen(0, "127.0.0.1", resolve));
    return registry;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Puts an image there, and returns its reference by its digest. */
  image(repository: string, content = "{}"): string {
    const digest = digestOf(Buffer.from(content));
    this.manifests.set(digest, Buffer.from(content));
    return `${this.host}/${repository}@${digest}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const url = new URL(request.url ?? "", `http://${this.host}`);
    const { authorization = "" } = request.headers;
    const { login, redirects = false } = this.rules;
    const send = (
      status: number,
      content: Buffer | string = "",
      headers: Record<string, string> = {},
    ): void => {
      response.writeHead(status, headers).end(content);
    };
    const [, , kind, reference = ""] = /^\/v2\/(.*)\/(manifests|blobs|kept)\/(.*)$/.exec(url.pathname) ?? [];
    if (url.pathname === "/token") {
      const right = `Basic ${Buffer.from(`${login?.user}:${login?.password}`).toString("base64")}`;
      const scope = url.searchParams.get("scope") ?? "";
      if (authorization !== right) return send(401);
      return send(200, JSON.stringify({ token: `for ${scope}` }), { "content-type": "application/json" });
    }
    if (kind === "kept") {
      if (authorization !== "") this.leaked.push(authorization);
      return send(200, this.blobs.get(reference));
    }
    if (login !== undefined && !/^Bearer for repository:scoring:pull(,push)?$/.test(authorization))
      return send(401, "", {
        "www-authenticate": `Bearer realm="http://${this.host}/token",service="test",scope="x"`,
      });
    if (login !== undefined && request.method !== "GET" && !authorization.endsWith("push")) return send(403);
    if (url.pathname === "/v2/") return send(200);
    if (request.method === "GET") {
      const content = (kind === "blobs" ? this.blobs : this.manifests).get(reference);
      if (content === undefined) return send(404);
      if (kind === "blobs" && redirects)
        return send(307, "", { location: `http://${this.host}/v2/scoring/kept/${reference}` });
      return send(200, content);
    }
    // A place is relative, as that of the reference implementation may be.
    if (request.method === "POST") return send(202, "", { location: `/v2/scoring/blobs/uploads/1?state=x` });
    if (kind === "manifests") {
      this.manifests.set(reference, body);
      this.manifests.set(digestOf(body), body);
      return send(201);
    }
    const digest = url.searchParams.get("digest") ?? "";
    if (digest !== digestOf(body) || url.searchParams.get("state") !== "x") return send(400);
    this.blobs.set(digest, body);
    return send(201);
  }
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
