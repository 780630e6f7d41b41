import { execFile } from "node:child_process";
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { stringify } from "yaml";
import { ReleaseStack } from "../../deploy/azure/release-stack";
import { gateways, ingressNamespace } from "../../infra/components/serving/kubernetes-namespace";
import type { ReleaseState } from "../../platform/release/release-state";
import { repository } from "../e2e/mlops";
import { committed } from "../infra/stacks";
import { imageOf, kubectl, makeGateway, pulumiFolder } from "./engine";
import type { Track } from "./served-environment";
import { pluginsWithNamesOfTheirStack } from "./translated-plugin";

export const names = ["qa", "prod"] as const;
type Name = (typeof names)[number];

/** Of the project of what serves, in the clone. */
const servingFolder = path.join("infra", "serving");

/** Of the repository, what a clone of it would not have, or what no command of a pipeline needs. */
const notCloned = /^(\..+|node_modules|dist|reports|coverage|docs|test|Pulumi\..+\.yaml)$/;

/** A folder that holds the same files without taking their room, or, on another disk, copies of them. */
async function linkTree(from: readonly string[], to: string): Promise<void> {
  const copy = promisify(execFile);
  try {
    await copy("cp", ["-al", ...from, to]);
  } catch {
    await copy("cp", ["-a", ...from, to]);
  }
}

/** Packages as `npm ci` puts them into a clone; those of Pulumi, which no image has a part of, are most of them. */
async function linkPackages(clone: string): Promise<void> {
  const [from, to] = [path.join(repository, "node_modules"), path.join(clone, "node_modules")];
  await mkdir(to);
  const others = (await readdir(from)).filter((name) => name !== "@pulumi" && name !== ".cache");
  await linkTree(
    others.map((name) => path.join(from, name)),
    to,
  );
  await symlink(path.join(from, "@pulumi"), path.join(to, "@pulumi"));
}

/** A clone of the repository in which pipelines' commands run, without the stacks' own files. */
export async function cloneRepository(clone: string): Promise<void> {
  await mkdir(clone);
  for (const entry of await readdir(repository)) {
    if (notCloned.test(entry)) continue;
    await cp(path.join(repository, entry), path.join(clone, entry), { recursive: true });
  }
  await linkPackages(clone);
}

interface Variable {
  readonly name: string;
  readonly value?: unknown;
}

/** Variables whose values are text that anybody may read. */
function plain(variables: readonly Variable[]): Record<string, string> {
  return Object.fromEntries(
    variables.flatMap(({ name, value }) => (typeof value === "string" ? [[name, value]] : [])),
  );
}

interface Container {
  readonly image: string;
  readonly env?: readonly Variable[];
  readonly environmentVariables?: readonly Variable[];
}

/** The stacks qa and prod in a backend of their own, and a clone of the repository in which their commands run. */
export class ReleaseStacks {
  private constructor(
    private readonly folder: string,
    private readonly plugins: { readonly folder: string; readonly bin: string },
  ) {}

  static async create(folder: string): Promise<ReleaseStacks> {
    const stacks = new ReleaseStacks(folder, await pluginsWithNamesOfTheirStack());
    await Promise.all([cloneRepository(stacks.clone), mkdir(path.join(folder, "state")), makeGateway()]);
    for (const stackName of names) {
      const config = {
        ...committed(stackName),
        "mlops:trainingImage": imageOf("training"),
        // The test removes what it makes.
        "mlops:protect": "false",
      };
      await writeFile(path.join(stacks.clone, `Pulumi.${stackName}.yaml`), stringify({ config }));
      await LocalWorkspace.createStack(
        { stackName, workDir: stacks.clone },
        { envVars: { ...stacks.env, PULUMI_BACKEND_URL: stacks.backend } },
      );
    }
    return stacks;
  }

  get clone(): string {
    return path.join(this.folder, "clone");
  }

  get backend(): string {
    return `file://${path.join(this.folder, "state")}`;
  }

  /** What a command needs besides the backend's address to update the stacks. */
  get env(): Record<string, string> {
    return {
      PATH: [this.plugins.bin, pulumiFolder, process.env.PATH ?? ""].join(path.delimiter),
      PULUMI_HOME: path.join(this.folder, "home"),
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      KUBECONFIG: process.env.ENGINE_KUBECONFIG ?? "",
    };
  }

  /** Makes an environment. */
  async make(name: Name): Promise<void> {
    await (await this.select(name, ".")).up();
  }

  /** Brings what serves in an environment to a release. */
  async update(name: Name, release: ReleaseState): Promise<void> {
    await (await this.open(name)).update(release, "the first update");
  }

  /** Of both stacks of an environment. */
  async outputs(name: Name): Promise<Readonly<Record<string, unknown>>> {
    const stack = await this.open(name);
    return { ...(await stack.environmentOutputs()), ...(await stack.outputs()) };
  }

  /** What QA's container group runs, as the stack's state has it. */
  async servedInQa(): Promise<Track[]> {
    const file = path.join(this.folder, "state", ".pulumi", "stacks", "mlops-serving", "qa.json");
    const { checkpoint } = JSON.parse(await readFile(file, "utf8")) as {
      checkpoint: {
        latest: { resources: { type: string; inputs?: { containers?: Container[] } }[] };
      };
    };
    const groups = checkpoint.latest.resources.filter(({ type }) => type.endsWith(":ContainerGroup"));
    return groups
      .flatMap(({ inputs }) => inputs?.containers ?? [])
      .map(({ image, environmentVariables = [] }) => ({
        image,
        weight: 100,
        settings: plain(environmentVariables),
      }));
  }

  /** What the API server holds of prod: the tracks' Deployments, with the weights of the VirtualService. */
  async servedInProd(): Promise<(Track & { readonly track: string })[]> {
    const [route, deployments] = await Promise.all([this.route(), this.deployments()]);
    const weights = route.find(({ name }) => name === "weights")?.route ?? [];
    return weights.map(({ destination, weight }) => {
      const [track = ""] = destination.host.split(".");
      const container = deployments[track];
      if (container === undefined) throw new Error(`requests are routed to ${track}, which is not there`);
      return { track, image: container.image, weight, settings: plain(container.env ?? []) };
    });
  }

  /** The rules of prod's VirtualService. */
  async route(): Promise<
    readonly { name: string; route?: { destination: { host: string }; weight: number }[] }[]
  > {
    const found = await inProd("virtualservices.networking.istio.io", "scoring");
    return (found as { spec: { http: never[] } }).spec.http;
  }

  /** The container of each of prod's Deployments whose pods are ready, by name. */
  async deployments(): Promise<Readonly<Record<string, Container>>> {
    const { items } = (await inProd("deployments")) as {
      items: {
        metadata: { name: string };
        spec: { template: { spec: { containers: Container[] } } };
        status: { readyReplicas?: number };
      }[];
    };
    const ready = items.filter(({ status }) => (status.readyReplicas ?? 0) > 0);
    return Object.fromEntries(
      ready.flatMap(({ metadata, spec }) =>
        spec.template.spec.containers.map((container) => [metadata.name, container]),
      ),
    );
  }

  /** What the Service of prod's gateway is told about its address. */
  async gatewayNotes(): Promise<Readonly<Record<string, string>>> {
    const found = await kubectl("get", "service", gateways.external, "-n", ingressNamespace, "-o", "json");
    return (
      (JSON.parse(found) as { metadata: { annotations?: Record<string, string> } }).metadata.annotations ?? {}
    );
  }

  /** Destroys the stacks. */
  async remove(): Promise<void> {
    try {
      await Promise.all(
        names.map(async (stackName) => {
          for (const part of [servingFolder, "."]) await (await this.select(stackName, part)).destroy();
        }),
      );
    } finally {
      await kubectl("delete", "namespace", "mlops-prod", "--ignore-not-found", "--wait=false");
      await rm(this.plugins.folder, { recursive: true });
    }
  }

  /** A stack of the project in a folder of the clone. */
  private select(stackName: Name, folder: string): Promise<Stack> {
    const envVars = { ...this.env, PULUMI_BACKEND_URL: this.backend };
    return LocalWorkspace.selectStack({ stackName, workDir: path.join(this.clone, folder) }, { envVars });
  }

  private open(name: Name): Promise<ReleaseStack> {
    const env = { ...this.env, PULUMI_BACKEND_URL: this.backend };
    return ReleaseStack.open(name, { project: this.clone, env });
  }
}

async function inProd(...what: string[]): Promise<unknown> {
  return JSON.parse(await kubectl("get", ...what, "-n", "mlops-prod", "-o", "json")) as unknown;
}
