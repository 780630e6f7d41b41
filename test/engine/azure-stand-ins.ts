import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { chmod, copyFile, mkdir, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { sendJson, startServer, type SmallServer } from "../platform/http/http-server";
import { makeCertificate } from "../platform/http/certificate";
import type { DockerStandIn } from "./docker-stand-in";
import { answerQuery, type Answered } from "./insights-stand-in";

/** What the services of Azure know of a stack. */
export interface StackInAzure {
  readonly name: string;
  readonly vault: string;
  /** The secrets that its vault has, by name. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly insightsAppId: string;
  /** Resource id of its registry, and the host that images are pulled from. */
  readonly registryId: string;
  readonly registry: string;
  /** What the service of the stack was asked, as its telemetry would have it. */
  readonly answered: readonly Answered[];
}

/** An import of an image that Resource Manager was asked for. */
export interface Imported {
  readonly to: string;
  readonly from: string;
  readonly sourceImage: string;
}

/** The secret that the stack's service takes as its primary key. */
export const keyOf = (stack: string): string => `primary-key-of-${stack}-in-this-test`;

/** What the docker command is to sign in with at a registry, as fixtures/azure/docker.js expects it. */
const passwordOf = (registry: string): string => `password-of-${registry}`;

const identityHeader = "of-this-test";
const arm = "management.azure.com";
const insights = "api.applicationinsights.io";
const webhooks = "hooks.slack.com";
export const webhook = `https://${webhooks}/services/T0/B0/of-this-test`;

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}

/** The endpoint of an agent's managed identity: a token of its own for each service. */
function startIdentity(): Promise<SmallServer> {
  return startServer(({ path: url, headers }, response) => {
    const resource = new URL(url, "http://localhost").searchParams.get("resource");
    const expires_on = String(Math.floor(Date.now() / 1000) + 3600);
    const token = { access_token: `token-for-${resource}`, expires_on, resource, token_type: "Bearer" };
    const trusted = headers["x-identity-header"] === identityHeader;
    sendJson(response, trusted ? 200 : 400, trusted ? token : { error: "bad request" });
  });
}

/** Whether a request has the token that the identity endpoint has given out for this very service. */
function isTrusted({ headers: { authorization = "", host = "" } }: IncomingMessage): boolean {
  const resource = /^Bearer token-for-(\S+)$/.exec(authorization)?.[1];
  if (resource === undefined || !URL.canParse(resource)) return false;
  const { hostname } = new URL(resource);
  return host === hostname || host.endsWith(`.${hostname}`);
}

const hostsOf = ({ vault, registry }: StackInAzure): string[] => [`${vault}.vault.azure.net`, registry];

/**
 * Stands in for what a release asks of Azure beside its stacks, as the documented REST APIs answer: the endpoint that gives
 * an agent its identity's tokens, Key Vault, the registries' sign-in, Resource Manager's import of images, and queries of
 * Application Insights; and for the chat where approvers are told. Each takes no token but its own.
 */
export class AzureStandIns {
  readonly imported: Imported[] = [];
  readonly messages: string[] = [];

  private constructor(
    private readonly stacks: readonly StackInAzure[],
    private readonly docker: DockerStandIn,
    private readonly server: Server,
    private readonly identity: SmallServer,
    private readonly certificate: string,
    /** Has the command `az`, as a task that signs in leaves it. */
    readonly bin: string,
  ) {}

  static async start(
    stacks: readonly StackInAzure[],
    { docker, folder }: { readonly docker: DockerStandIn; readonly folder: string },
  ): Promise<AzureStandIns> {
    const hosts = [arm, insights, webhooks, ...stacks.flatMap(hostsOf)];
    const { key, cert } = await makeCertificate("stand-ins", hosts);
    const certificate = path.join(folder, "stand-ins.pem");
    await writeFile(certificate, cert);
    const server = createServer({ key, cert });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const bin = path.join(folder, "azure-bin");
    await mkdir(bin, { recursive: true });
    await copyFile(path.join(__dirname, "fixtures", "azure", "az.js"), path.join(bin, "az"));
    await chmod(path.join(bin, "az"), 0o755);
    const standIns = new AzureStandIns(stacks, docker, server, await startIdentity(), certificate, bin);
    server.on("request", (request, response) => {
      standIns.answer(request, response).catch((error: unknown) => {
        sendJson(response, 500, { error: { code: "StandIn", message: String(error) } });
      });
    });
    return standIns;
  }

  /** Which port of this machine answers for which address. */
  get addresses(): Record<string, number> {
    const { port } = this.server.address() as AddressInfo;
    const hosts = [arm, insights, webhooks, ...this.stacks.flatMap(hostsOf)];
    return Object.fromEntries(hosts.map((host) => [`${host}:443`, port]));
  }

  /** Variables by which a process has an identity, and trusts the certificate. */
  get env(): Record<string, string> {
    return {
      IDENTITY_ENDPOINT: `${this.identity.url}/msi`,
      IDENTITY_HEADER: identityHeader,
      NODE_EXTRA_CA_CERTS: this.certificate,
    };
  }

  async close(): Promise<void> {
    await this.identity.close();
    this.server.closeAllConnections();
    this.server.close();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const host = request.headers.host ?? "";
    const body = await bodyOf(request);
    if (host === webhooks) {
      this.messages.push((JSON.parse(body) as { text: string }).text);
      response.end("ok");
      return;
    }
    if (this.stacks.some(({ registry }) => registry === host)) {
      answerRegistry(host, new URLSearchParams(body), response);
      return;
    }
    if (!isTrusted(request)) {
      const challenge = `Bearer authorization="https://login.microsoftonline.com/tenant", resource="https://vault.azure.net"`;
      response.setHeader("www-authenticate", challenge);
      sendJson(response, 401, { error: { code: "Unauthorized", message: "no token for this service" } });
      return;
    }
    if (host === arm) this.answerArm(request, response, body);
    else if (host === insights) this.answerInsights(request, response, body);
    else this.answerVault(request, response);
  }

  private answerVault({ headers, url = "" }: IncomingMessage, response: ServerResponse): void {
    const stack = this.stacks.find(({ vault }) => headers.host === `${vault}.vault.azure.net`);
    const [, kind, name = ""] = /^\/(secrets|certificates)\/([\w-]+)\/?\?/.exec(url) ?? [];
    const value = stack?.secrets[name];
    if (value !== undefined && kind === "certificates") {
      const pem = value.slice(value.indexOf("-----BEGIN CERTIFICATE"));
      const cer = new X509Certificate(pem).raw.toString("base64");
      const id = `https://${headers.host}/certificates/${name}/1`;
      sendJson(response, 200, { id, cer, attributes: {}, policy: {} });
    } else if (value !== undefined) {
      sendJson(response, 200, { value, id: `https://${headers.host}/secrets/${name}/1` });
    } else sendJson(response, 404, { error: { code: "SecretNotFound", message: `no secret ${name}` } });
  }

  private answerInsights({ url = "" }: IncomingMessage, response: ServerResponse, body: string): void {
    const stack = this.stacks.find(({ insightsAppId }) => url === `/v1/apps/${insightsAppId}/query`);
    if (stack === undefined) sendJson(response, 404, { error: { code: "PathNotFoundError", message: url } });
    else sendJson(response, 200, answerQuery((JSON.parse(body) as { query: string }).query, stack.answered));
  }

  /** An import is accepted at once; where it is at, its location says. */
  private answerArm({ method, url = "" }: IncomingMessage, response: ServerResponse, body: string): void {
    if (method === "GET" && url.startsWith("/operations/import")) {
      response.writeHead(200).end();
      return;
    }
    if (method === "GET" && url.includes("/containerGroups/")) {
      sendJson(response, 200, { properties: { instanceView: { state: "Running" } } });
      return;
    }
    const [, registryId] = /^(\/.+)\/importImage\?api-version=[\w-]+$/.exec(url) ?? [];
    const to = this.stacks.find((stack) => stack.registryId === registryId);
    const { source } = JSON.parse(body) as { source: { resourceId: string; sourceImage: string } };
    const from = this.stacks.find((stack) => stack.registryId === source.resourceId);
    const pushed = from !== undefined && this.docker.isPushed(`${from.registry}/${source.sourceImage}`);
    if (method !== "POST" || to === undefined || from === undefined || !pushed) {
      sendJson(response, 404, { error: { code: "ManifestUnknown", message: `${method} ${url} ${body}` } });
      return;
    }
    this.imported.push({ to: to.name, from: from.name, sourceImage: source.sourceImage });
    response.writeHead(202, {
      location: `https://${arm}/operations/import?api-version=1`,
      "retry-after": "0",
    });
    response.end();
  }
}

/** A registry's password for a token of Resource Manager, which comes as a field of the form. */
function answerRegistry(host: string, form: URLSearchParams, response: ServerResponse): void {
  const token = new URL(form.get("access_token")?.replace("token-for-", "") ?? "none:").hostname;
  const isGood = form.get("grant_type") === "access_token" && form.get("service") === host && token === arm;
  if (isGood) sendJson(response, 200, { refresh_token: passwordOf(host) });
  else sendJson(response, 401, { errors: [{ code: "UNAUTHORIZED", message: "no token of this tenant" }] });
}
