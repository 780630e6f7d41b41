import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import path from "node:path";
import type { JSONWebKeySet } from "jose";
import { makeCertificate } from "../../platform/http/certificate";
import { sendJson, startServer, type SmallServer } from "../../platform/http/http-server";
import { BlobAccounts } from "./blob-accounts";
import { readCall, urlOf, type Call } from "./call";
import { ControlPlane } from "./control-plane";
import { PlayedEntra } from "./entra";
import { azureNames, isAzure, serviceOf, type AzureName } from "./hosts";
import { PlayedInsights } from "./insights";
import { PlayedMl } from "./machine-learning";
import { WayOut } from "./proxy";
import { publishedPipeline } from "./published-pipeline";
import { PlayedRegistries } from "./registries";
import { StateReader, type StackFacts } from "./stack-facts";
import { PlayedVaults } from "./vaults";
import { answerReview, type WayToAzure } from "./workload-identity";

/** Where approvers are told. */
export const webhook = "https://hooks.slack.com/services/T0/B0/of-this-walk";

export interface PlayedOptions {
  /** Address of this machine that pods reach, too. */
  readonly address: string;
  /** A folder of the walk's. */
  readonly folder: string;
  /** Registry of this machine, that has the images of all. */
  readonly registry: string;
  /** Address of an MLflow server. */
  readonly mlflow: string;
  readonly clusterKeys: () => Promise<JSONWebKeySet>;
}

/**
 * Plays what Azure alone has, each service as its documentation says what a client sees. What there is in Azure is what the
 * bootstrap was answered and what the stacks' state says that their updates have made; a service takes no token but one for
 * itself.
 */
export class PlayedAzure {
  readonly messages: string[] = [];
  readonly entra: PlayedEntra;
  readonly control: ControlPlane;
  readonly insights: PlayedInsights;
  readonly registries: PlayedRegistries;
  readonly vaults: PlayedVaults;
  /** Further addresses that processes of this machine are to reach, as `host:port`. */
  readonly others: Record<string, string> = {};
  /** Set when pods may come: how they reach Azure, and who they are there. */
  way: WayToAzure | undefined;
  private readonly blobs: BlobAccounts;
  private readonly state: StateReader;
  private readonly services: Readonly<Record<AzureName, (call: Call) => Promise<void> | void>>;
  private identity: SmallServer | undefined;
  private proxy: WayOut | undefined;

  private constructor(
    private readonly options: PlayedOptions,
    private readonly server: Server,
    private readonly pems: { readonly key: string; readonly cert: string },
  ) {
    const { address, registry, mlflow, clusterKeys } = options;
    const facts = () => this.state.facts();
    this.state = new StateReader(() => this.stateContainer());
    const identities = () => facts().flatMap((stack) => stack.identities);
    const entra = (this.entra = new PlayedEntra({ clusterKeys, identities }));
    const registries = (this.registries = new PlayedRegistries(registry, entra, facts));
    const insights = (this.insights = new PlayedInsights(entra, facts));
    const vaults = (this.vaults = new PlayedVaults(entra, facts));
    const blobs = (this.blobs = new BlobAccounts(pems, () => [
      ...this.control.containers(),
      ...facts().flatMap(({ containers }) => containers),
    ]));
    const ml = new PlayedMl(mlflow, entra, {
      ...{ address, isAzure },
      container: (account, name) => blobs.container(account, name),
      env: () => this.identityEnv,
      imageOf: (name) => name.replace(/^[^/]+/, registry),
      pipelineOf: (deployment) =>
        facts()
          .map(({ resources }) => publishedPipeline(resources, deployment))
          .find((each) => each !== undefined),
    });
    const control = (this.control = new ControlPlane({ entra, ml, registries, facts }));
    const devOps = (call: Call): void => control.answerDevOps(call);
    this.services = {
      "login.microsoftonline.com": (call) => entra.answerAuthority(call),
      "management.azure.com": (call) => control.answerManagement(call),
      "api.applicationinsights.io": (call) => insights.answerQuery(call),
      "hooks.slack.com": (call) => this.takeMessage(call),
      "dev.azure.com": devOps,
      "vssps.dev.azure.com": devOps,
      "vsaex.dev.azure.com": devOps,
      "*.vault.azure.net": (call) => vaults.answer(call),
      "*.azurecr.io": (call) => registries.exchange(call),
      // Handed on before it is read.
      "*.blob.core.windows.net": () => undefined,
      "*.in.applicationinsights.azure.com": (call) => insights.takeItems(call),
      "*.westeurope.inference.ml.azure.com": (call) => ml.invoke(call),
      "*.api.azureml.ms": (call) => ml.answerWorkspace(call),
    };
  }

  static async start(options: PlayedOptions): Promise<PlayedAzure> {
    const { key, cert } = await makeCertificate("played-azure", [...azureNames, options.address]);
    await writeFile(path.join(options.folder, "azure.pem"), cert);
    const server = createServer({ key, cert });
    const azure = new PlayedAzure(options, server, { key, cert });
    server.on("request", (request, response) => {
      azure.answer(request, response).catch((error: unknown) => {
        process.stderr.write(`played Azure: ${request.headers.host} ${request.url}: ${String(error)}\n`);
        if (!response.headersSent)
          sendJson(response, 500, { error: { code: "Played", message: String(error) } });
      });
    });
    server.listen(443, options.address);
    await once(server, "listening");
    azure.proxy = await WayOut.open(options.address, isAzure);
    azure.identity = await startServer((request, response) => {
      if (request.path !== "/registry") azure.entra.answerIdentity(request, response);
      else response.writeHead(azure.registries.mayPush(request.body) ? 204 : 401).end();
    });
    return azure;
  }

  /** PEM of the certificate that all services show. */
  get certificate(): string {
    return this.pems.cert;
  }

  /** What the stacks have made. */
  async facts(): Promise<readonly StackFacts[]> {
    await this.state.refresh();
    return this.state.facts();
  }

  /** Of a process on this machine: Azure's names, whoever it is to Azure, and what it trusts. */
  get env(): Record<string, string> {
    const azure = azureNames.map((name) => [`${name}:443`, `${this.options.address}:443`]);
    return {
      ...this.identityEnv,
      STANDIN_ADDRESSES: JSON.stringify({ ...Object.fromEntries(azure), ...this.others }),
      WALK_ADDRESS: this.options.address,
      WALK_PROXY: this.proxy?.url ?? "",
      WALK_REGISTRY: this.options.registry,
      WALK_REGISTRY_CHECK: `${this.identity?.url}/registry`,
    };
  }

  async close(): Promise<void> {
    await this.identity?.close();
    this.proxy?.close();
    await this.blobs.close();
    this.server.closeAllConnections();
    this.server.close();
  }

  private get identityEnv(): Record<string, string> {
    return {
      IDENTITY_ENDPOINT: `${this.identity?.url}/msi`,
      IDENTITY_HEADER: this.entra.identityHeader,
      NODE_EXTRA_CA_CERTS: path.join(this.options.folder, "azure.pem"),
    };
  }

  /** Where the bootstrap has said that the state is. */
  private async stateContainer() {
    const [found] = this.control.containers();
    return found && (await this.blobs.container(found.account, found.name));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { hostname, pathname } = urlOf(request);
    const service = serviceOf(hostname);
    // What an account takes and gives may be large; and looking at the state would ask for it again.
    if (service === "*.blob.core.windows.net") {
      if (!this.control.containers().some(({ account }) => hostname.startsWith(`${account}.`)))
        await this.state.refresh();
      return this.blobs.forward(request, response, hostname);
    }
    await this.state.refresh();
    const call = await readCall(request, response);
    if (service !== undefined) return this.services[service](call);
    if (hostname === this.options.address && pathname === "/mutate" && this.way !== undefined)
      return answerReview(call, this.way);
    sendJson(response, 404, {
      error: { code: "NotFound", message: `${request.method} ${hostname}${pathname}` },
    });
  }

  private takeMessage({ body, response }: Call): void {
    this.messages.push((JSON.parse(body) as { text: string }).text);
    response.end("ok");
  }
}
