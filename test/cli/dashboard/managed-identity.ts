import { writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import { request as ask } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { once } from "node:events";
import { makeCertificate } from "../../platform/http/certificate";
import { sendJson, startServer, type SmallServer } from "../../platform/http/http-server";

const arm = "management.azure.com";
const identityHeader = "of-this-test";

/**
 * What a web app has of Azure beside its storage: an endpoint that gives it tokens of its identity, and of no other, as App Service has it,
 * and Azure Resource Manager at its own name, over TLS, answered by a server of the test, to whoever comes with such a token.
 */
export class ManagedIdentity {
  /** Client ids that tokens were asked for. */
  readonly asked: (string | null)[] = [];

  private constructor(
    private readonly front: Server,
    private readonly certificate: string,
    private identity: SmallServer | undefined,
  ) {}

  static async open(managementUrl: string, folder: string): Promise<ManagedIdentity> {
    const { key, cert } = await makeCertificate("arm", [arm]);
    const certificate = path.join(folder, "arm.pem");
    await writeFile(certificate, cert);
    const front = createServer({ key, cert }, (request, response) => {
      if (request.headers.authorization !== `Bearer token-for-https://${arm}`) {
        sendJson(response, 401, { error: { code: "Unauthorized", message: "no token for this service" } });
        return;
      }
      const { method, headers, url = "/" } = request;
      const passed = ask(new URL(url, managementUrl), { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      request.pipe(passed);
    });
    front.listen(0, "127.0.0.1");
    await once(front, "listening");
    const opened = new ManagedIdentity(front, certificate, undefined);
    opened.identity = await startServer(({ path: url, headers }, response) => {
      const { searchParams } = new URL(url, "http://localhost");
      opened.asked.push(searchParams.get("client_id"));
      const resource = searchParams.get("resource");
      const expires_on = String(Math.floor(Date.now() / 1000) + 3600);
      const token = { access_token: `token-for-${resource}`, expires_on, resource, token_type: "Bearer" };
      const trusted = headers["x-identity-header"] === identityHeader;
      sendJson(response, trusted ? 200 : 400, trusted ? token : { error: "bad request" });
    });
    return opened;
  }

  /** Variables by which a process has the identity, and finds Resource Manager. */
  env(clientId: string): Record<string, string> {
    const { port } = this.front.address() as AddressInfo;
    const preload = path.join(__dirname, "..", "..", "engine", "fixtures", "azure", "reach-stand-ins.js");
    return {
      AZURE_TOKEN_CREDENTIALS: "ManagedIdentityCredential",
      AZURE_CLIENT_ID: clientId,
      IDENTITY_ENDPOINT: `${this.identity?.url}/msi`,
      IDENTITY_HEADER: identityHeader,
      NODE_EXTRA_CA_CERTS: this.certificate,
      NODE_OPTIONS: `--require ${preload}`,
      STANDIN_ADDRESSES: JSON.stringify({ [`${arm}:443`]: port }),
    };
  }

  async close(): Promise<void> {
    this.front.closeAllConnections();
    this.front.close();
    await this.identity?.close();
  }
}
