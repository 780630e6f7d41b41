import { exec } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { appendFile, chmod, copyFile, mkdir, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import type { JSONWebKeySet } from "jose";
import { isLoopback } from "../../platform/http/address";
import type { ModelVersion } from "../../platform/registry/registry";
import { docker, dockerOutput, nodeImage, registry } from "../containers/engine";
import { repository } from "../e2e/mlops";
import { kubectl, pulumiFolder } from "../engine/engine";
import { cloneRepository } from "../engine/release-stacks";
import { pluginsWithNamesOfTheirStack } from "../engine/translated-plugin";
import { PipelinePlace } from "../pipelines/pipeline-fixture";
import type { RunOptions, RunResult } from "../pipelines/run-pipeline";
import { PlayedCluster } from "./azure/played-cluster";
import { isAzure } from "./azure/hosts";
import { PlayedAzure, webhook } from "./azure/played-azure";
import { Clients } from "./clients";
import { QaContainer } from "./qa-container";
import { gatewayAddress, hostAddress, mlflow } from "./tools";

/** Base of the images that the product builds, by the name that it has for it. */
const baseImage = "node:24-bookworm-slim";

/** Where QA's container group answers: the name that Azure gives it without the hash that only Azure knows. */
const qaAddress = "mlops-qa.westeurope.azurecontainer.io:8080";

/** How long a step waits where a pipeline waits a minute for clients: what they are answered is told every five seconds. */
const minuteMs = 12_000;

/** Scripts of pipelines that other tests are about; everything else is run. */
const stubs = ["lint", "types", "audit", "test:coverage", "test:whole", "pulumi:install"].map(
  (name) => `npm run ${name}`,
);

/** What a run did, and what failed steps printed. */
export interface Walked {
  readonly run: RunResult;
  readonly failures: readonly string[];
}

/** Rows of the model's data, without the target, which is the last column. */
async function scoringRows(): Promise<Readonly<Record<string, number>>[]> {
  const text = await readFile(path.join(repository, "models", "diabetes", "data.csv"), "utf8");
  const [header = "", ...rows] = text.trim().split(/\r?\n/);
  const features = header.split(",").slice(0, -1);
  return rows.map((row) => {
    const values = row.split(",").map(Number);
    return Object.fromEntries(features.map((name, at) => [name, values[at] ?? Number.NaN]));
  });
}

/** The commands of fixtures/, by their names in the PATH. */
const commands = {
  az: "../../engine/fixtures/azure/az.js",
  docker: "docker.js",
  pulumi: "pulumi.sh",
  "pulumi-resource-docker-build": "build-image.js",
} as const;

/** Puts them into a folder for the PATH. */
async function installCommands(bin: string): Promise<void> {
  await mkdir(bin);
  for (const [name, fixture] of Object.entries(commands)) {
    const command = path.join(bin, name);
    await copyFile(path.join(__dirname, "fixtures", fixture), command);
    await chmod(command, 0o755);
  }
}

/** An empty registry: the model of an earlier walk goes, if the server still has it. */
async function emptyRegistry(): Promise<void> {
  const { hostname } = new URL(mlflow);
  if (!isLoopback(hostname)) throw new Error(`MLFLOW_TEST_URI is on ${hostname}; the walk deletes models.`);
  await fetch(`${mlflow}/api/2.0/mlflow/registered-models/delete`, {
    method: "DELETE",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "diabetes" }),
  });
}

/** A clone of the repository as a user has it, with the files of the stacks. */
async function cloneWithStacks(clone: string): Promise<void> {
  await cloneRepository(clone);
  for (const stack of ["qa", "prod"]) {
    const name = `Pulumi.${stack}.yaml`;
    await copyFile(path.join(repository, name), path.join(clone, name));
  }
  // No address of Azure's leads to this cluster, and nothing on its nodes takes a certificate from a vault.
  // Six pods that are half busy need more processors than a machine has on which clients and the cluster run as well.
  const settings = '  mlops:exposure: internal\n  mlops:targetCpuPercent: "25"\n';
  await appendFile(path.join(clone, "Pulumi.prod.yaml"), settings);
}

interface Own {
  readonly folder: string;
  /** Folder of the plugins of Pulumi's engine, in one of their own. */
  readonly plugins: string;
  readonly gateway: string;
  readonly rows: readonly object[];
}

/** Everything that the walk goes through: a user's clone, pipelines on agents, the cluster, Azure, clients. */
export class WalkPlace {
  private minutes: Server | undefined;

  private constructor(
    private readonly home: PipelinePlace,
    readonly azure: PlayedAzure,
    private readonly cluster: PlayedCluster,
    private readonly qa: QaContainer,
    private readonly own: Own,
  ) {}

  /** Opens it with nothing in it: an empty subscription, an empty project, an empty cluster. */
  static async open(folder: string): Promise<WalkPlace> {
    const [address, gateway] = await Promise.all([hostAddress(), gatewayAddress()]);
    if (registry === undefined) throw new Error("CONTAINER_REGISTRY is not set");
    const azure = await PlayedAzure.start({
      ...{ address, folder, registry, mlflow },
      clusterKeys: async () => JSON.parse(await kubectl("get", "--raw", "/openid/v1/jwks")) as JSONWebKeySet,
    });
    const qa = await QaContainer.open({ registry, address, isAzure, env: azure.env });
    azure.others[qaAddress] = `127.0.0.1:${qa.port}`;
    azure.others["aks-istio-ingressgateway-internal.aks-istio-ingress.svc.cluster.local:80"] =
      `${gateway}:80`;
    await Promise.all([
      cloneWithStacks(path.join(folder, "clone")),
      installCommands(path.join(folder, "bin")),
      dockerOutput("tag", nodeImage, baseImage),
      emptyRegistry(),
    ]);
    const { bin: plugins } = await pluginsWithNamesOfTheirStack();
    const own = { folder, plugins, gateway, rows: await scoringRows() };
    const cluster = await PlayedCluster.open(azure, address);
    const place = new WalkPlace(new PipelinePlace(), azure, cluster, qa, own);
    await place.listen();
    return place;
  }

  /** A path of the clone. */
  path(...parts: string[]): string {
    return path.join(this.own.folder, "clone", ...parts);
  }

  /** Runs a pipeline of the repository on agents that know nothing of one another. */
  async run(
    name: string,
    parameters: Record<string, string> = {},
    more: Partial<RunOptions> = {},
  ): Promise<Walked> {
    const failures: string[] = [];
    const groups = this.azure.control.variableGroups();
    const run = await this.home.runs(name, {
      repository: this.path(),
      parameters,
      overrides: {},
      groups: { ...groups, "mlops-secrets": { "NOTIFY-WEBHOOK": webhook } },
      stubs,
      env: this.env,
      stepTimeoutMs: 1_200_000,
      beforeJob: () => {
        for (const each of ["runs", "packages"])
          rmSync(this.home.path(each), { recursive: true, force: true });
      },
      afterStep: async (step) => {
        if (step.result === "failed") failures.push(`${step.name}: ${step.output.slice(-6000)}`);
        if (step.script?.includes("mlops -- deploy")) await this.qa.follow(await this.azure.facts());
      },
      ...more,
    });
    return { run, failures };
  }

  /** A command that a user types in the clone; gives what it printed. */
  async type(line: string): Promise<string> {
    const { PULUMI_BACKEND_URL = "" } = this.azure.control.variableGroups().mlops ?? {};
    const env = {
      ...this.env,
      MLOPS_HOME: this.home.path(),
      ...(PULUMI_BACKEND_URL && { PULUMI_BACKEND_URL }),
    };
    const { stdout, stderr } = await promisify(exec)(line, { cwd: this.path(), env, maxBuffer: 2 ** 26 });
    return `${stdout}${stderr}`;
  }

  /** Versions with their aliases, from the registry that all share. */
  async versions(): Promise<readonly Pick<ModelVersion, "version" | "aliases">[]> {
    const text = await this.type("MLOPS_TARGET=azure npm run --silent mlops -- registry list --json");
    return (JSON.parse(text) as ModelVersion[]).map(({ version, aliases }) => ({ version, aliases }));
  }

  /** Clients of production, from outside the cluster: each request has a row, or a thousand, which is more work for the pods than for the clients. */
  clients(clients: number, pauseMs: number, each: "row" | "thousand rows" = "row"): Clients {
    const { gateway, rows } = this.own;
    const requests =
      each === "row"
        ? rows.map((row) => [row])
        : [Array.from({ length: 1000 }, (_, index) => rows[index % rows.length])];
    const bodies = requests.map((data) => JSON.stringify({ data }));
    const key = this.azure.vaults.secretOf("prod", "scoring-primary-key");
    return Clients.start({ address: gateway, key, bodies, clients, pauseMs });
  }

  async close(): Promise<void> {
    this.minutes?.closeAllConnections();
    this.minutes?.close();
    await kubectl("delete", "namespace", "mlops-prod", "--ignore-not-found");
    await this.qa.stop();
    await this.cluster.close();
    await this.azure.close();
    await docker("rmi", baseImage);
    await rm(path.dirname(this.own.plugins), { recursive: true, force: true });
    await this.home.remove();
  }

  /** Of agents, and of a user. */
  private get env(): Record<string, string> {
    const { folder, plugins } = this.own;
    const { port } = this.minutes?.address() as AddressInfo;
    const fixture = path.join(__dirname, "..", "engine", "fixtures", "azure", "reach-stand-ins.js");
    return {
      ...(process.env as Record<string, string>),
      ...this.azure.env,
      PATH: [path.join(folder, "bin"), plugins, pulumiFolder, process.env.PATH ?? ""].join(path.delimiter),
      PULUMI_HOME: path.join(folder, "home"),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      KUBECONFIG: process.env.ENGINE_KUBECONFIG ?? "",
      WALK_DOCKER: "/usr/bin/docker",
      WALK_PULUMI: pulumiFolder,
      NODE_OPTIONS: `--require ${JSON.stringify(fixture)}`,
      STANDIN_MINUTE_URL: `http://127.0.0.1:${port}`,
    };
  }

  /** A minute in which a release waits is over when what clients were answered has been told. */
  private async listen(): Promise<void> {
    this.minutes = createServer((_, response) => {
      void pause(minuteMs).then(() => response.end());
    }).listen(0, "127.0.0.1");
    await once(this.minutes, "listening");
  }
}
