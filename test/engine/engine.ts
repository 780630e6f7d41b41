import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { parse, stringify } from "yaml";
import { AzureDeployer, type AzureDeployerOptions } from "../../deploy/azure/azure-deployer";
import { gateways, ingressNamespace } from "../../infra/components/serving/kubernetes-namespace";
import type { Release } from "../../platform/release/deployment";
import { digestOf } from "../../platform/base/files";
import { committed } from "../infra/stacks";

const run = promisify(execFile);
const repository = path.join(__dirname, "..", "..");

/** Folder with the `pulumi` command, its language host and the providers' plugins. */
export const pulumiFolder = process.env.ENGINE_PULUMI ?? "";
/** Of an API server that these tests may make namespaces on. */
const kubeconfig = process.env.ENGINE_KUBECONFIG ?? "";

function findSkipReason(): string | undefined {
  if (!existsSync(path.join(pulumiFolder, "pulumi"))) return "ENGINE_PULUMI names no folder with `pulumi`";
  if (!existsSync(kubeconfig)) return "ENGINE_KUBECONFIG names no kubeconfig";
  return undefined;
}

/** Why the tests cannot run here; undefined when they can. */
const skipReason = findSkipReason();

/** Gives each node the label that a kubelet gives its own: by it pods are spread, and nodes that are played lack it. */
async function nameHosts(): Promise<void> {
  const nodes = (await kubectl("get", "nodes", "-o", "name")).trim().split("\n");
  for (const node of nodes)
    await kubectl("label", node, `kubernetes.io/hostname=${node.replace("node/", "")}`, "--overwrite");
}

/** A test on the engine, or one that says why it does not run. */
export function describeEngine(name: string, tests: () => void): void {
  if (skipReason === undefined) {
    describe(name, () => {
      beforeAll(nameHosts);
      tests();
    });
  } else describe.skip(`${name} (${skipReason})`, tests);
}

/** An image that nobody pulls: the nodes of the API server are played. */
export const imageOf = (text: string): string => `registry.example/mlops@sha256:${digestOf(text)}`;

export function releaseOf(version: number): Release & { image: string } {
  const image = imageOf(`scoring ${version}`);
  return { model: `diabetes:${version}`, digest: digestOf(`package ${version}`), image };
}

export interface Finished {
  readonly code: number;
  /** What was printed to both streams. */
  readonly output: string;
  /** Processor time of the engine, its language hosts and its plugins. */
  readonly cpuSeconds: number;
}

/** A resource of a stack's state. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** An operation of a provider, as the plugins record them. */
export interface Operation {
  readonly op: string;
  readonly type: string;
  readonly name: string;
}

/** What was printed, without the two lines of bash's `times`: of the shell itself, and of all its children. */
function readTimed({ stdout, stderr }: { stdout: string; stderr: string }): Omit<Finished, "code"> {
  const clock = String.raw`(\d+)m([\d.]+)s`;
  const lines = new RegExp(`.+\\n${clock} ${clock}\\n$`).exec(stderr);
  const [, userMinutes, user, systemMinutes, system] = (lines ?? []).map(Number);
  const cpuSeconds = 60 * ((userMinutes ?? 0) + (systemMinutes ?? 0)) + (user ?? 0) + (system ?? 0);
  return { output: stdout + stderr.slice(0, lines?.index), cpuSeconds };
}

/** The stacks of an environment: its own, and that of what serves in it. */
const parts = { environment: ".", serving: path.join("infra", "serving") } as const;
type Part = keyof typeof parts;

/** An environment of the real programs, in a project folder and a backend of its own. */
export class EngineStack {
  private constructor(
    readonly name: string,
    readonly folder: string,
  ) {}

  /** Makes a stack of the configuration that is committed for one, with what an operator sets, and with other settings. */
  static async create(
    name: string,
    like: "qa" | "prod",
    settings: Readonly<Record<string, string>> = {},
  ): Promise<EngineStack> {
    const folder = await mkdtemp(path.join(tmpdir(), "mlops-engine-"));
    await Promise.all([mkdir(path.join(folder, "project")), mkdir(path.join(folder, "state"))]);
    const project = path.join(folder, "project");
    // All but the stacks' own files, which Pulumi writes to.
    for (const entry of readdirSync(repository)) {
      if (/^(Pulumi\..+\.yaml|\..*|coverage|reports|dist)$/.test(entry)) continue;
      // The project of what serves is in it, and finds the file of settings by its place.
      if (entry === "infra")
        await cp(path.join(repository, entry), path.join(project, entry), { recursive: true });
      else await symlink(path.join(repository, entry), path.join(project, entry));
    }
    const stack = new EngineStack(name, folder);
    const trains = String(like === "qa");
    // Tests remove what they make; and all have one cluster, on which an open gateway's objects would be one stack's alone.
    const own = {
      "mlops:trainingImage": imageOf("training"),
      "mlops:trains": trains,
      "mlops:protect": "false",
      ...(like === "prod" && { "mlops:exposure": "internal" }),
    };
    const config = { ...committed(like), ...own, ...settings };
    await writeFile(stack.configFile, stringify({ config }));
    const { code, output } = await stack.pulumi("stack", "init", name);
    if (code !== 0) throw new Error(output);
    return stack;
  }

  get project(): string {
    return path.join(this.folder, "project");
  }

  /** Changes settings as an operator's editor does. */
  async setConfig(values: Readonly<Record<string, string>>): Promise<void> {
    await this.editConfig((config) => ({ ...config, ...values }));
  }

  async unsetConfig(key: string): Promise<void> {
    await this.editConfig((config) =>
      Object.fromEntries(Object.entries(config).filter(([each]) => each !== key)),
    );
  }

  private async editConfig(
    edit: (config: Record<string, unknown>) => Record<string, unknown>,
  ): Promise<void> {
    const file = parse(await readFile(this.configFile, "utf8")) as { config: Record<string, unknown> };
    await writeFile(this.configFile, stringify({ ...file, config: edit(file.config) }));
  }

  get configFile(): string {
    return path.join(this.project, `Pulumi.${this.name}.yaml`);
  }

  /** Environment of what runs against this stack. */
  env(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
      PATH: `${pulumiFolder}${path.delimiter}${process.env.PATH ?? ""}`,
      PULUMI_HOME: path.join(this.folder, "home"),
      PULUMI_BACKEND_URL: `file://${path.join(this.folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      KUBECONFIG: kubeconfig,
      STANDIN_LOG: this.logFile,
      ...extra,
    };
  }

  /** Runs `pulumi` for the environment's own stack; `env` comes last. */
  async pulumi(...args: (string | Readonly<Record<string, string>>)[]): Promise<Finished> {
    return this.run("environment", args);
  }

  private async run(
    part: Part,
    args: readonly (string | Readonly<Record<string, string>>)[],
  ): Promise<Finished> {
    const words = args.filter((arg) => typeof arg === "string");
    const extra = Object.assign({}, ...args.filter((arg) => typeof arg !== "string")) as Record<
      string,
      string
    >;
    const ofStack = words[0] === "stack" && words[1] === "init" ? [] : ["--stack", this.name];
    const options = {
      cwd: path.join(this.project, parts[part]),
      env: { ...process.env, ...this.env(extra) },
      maxBuffer: 256 * 1024 * 1024,
    };
    const command = path.join(pulumiFolder, "pulumi");
    const all = [...words, ...ofStack, "--non-interactive", "--color", "never"];
    // The shell knows what its children took, and says it last.
    const timed = ["-c", '"$0" "$@"; code=$?; times >&2; exit $code', command, ...all];
    try {
      return { code: 0, ...readTimed(await run("bash", timed, options)) };
    } catch (error) {
      const { code, ...printed } = error as { code: number; stdout: string; stderr: string };
      return { code, ...readTimed(printed) };
    }
  }

  /** Runs `pulumi` and gives what it did; throws, with all it said, when it fails. */
  async succeed(...args: Parameters<EngineStack["pulumi"]>): Promise<Finished> {
    return this.succeedOn("environment", ...args);
  }

  /** The same for the stack of what serves. */
  async succeedServing(...args: Parameters<EngineStack["pulumi"]>): Promise<Finished> {
    return this.succeedOn("serving", ...args);
  }

  private async succeedOn(part: Part, ...args: Parameters<EngineStack["pulumi"]>): Promise<Finished> {
    const finished = await this.run(part, args);
    if (finished.code === 0) return finished;
    throw new Error(
      `pulumi ${args.filter((arg) => typeof arg === "string").join(" ")} exited with ${finished.code}:\n${finished.output.slice(-6000)}`,
    );
  }

  async up(env: Readonly<Record<string, string>> = {}): Promise<Finished> {
    return this.succeed("up", "--yes", "--skip-preview", env);
  }

  /** Whether there is a stack of what serves: there is after the first release. */
  async serves(): Promise<boolean> {
    return (await this.run("serving", ["stack", "output", "--json"])).code === 0;
  }

  /** Resources in the state of the environment's own stack, or of that of what serves. */
  async resources(part: Part = "environment"): Promise<StateResource[]> {
    const { output } = await this.succeedOn(part, "stack", "export");
    const { deployment } = JSON.parse(output) as { deployment: { resources?: StateResource[] } };
    return deployment.resources ?? [];
  }

  /** Paths of what the backend has been given; a lock is gone by now, and its folder stays. */
  async statePaths(): Promise<string[]> {
    const root = path.join(this.folder, "state");
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    return entries
      .map((entry) => ({ entry, at: path.relative(root, path.join(entry.parentPath, entry.name)) }))
      .filter(({ entry, at }) => (entry.isFile() && !at.endsWith(".attrs")) || /locks\/.+\/.+\//.test(at))
      .map(({ entry, at }) => (entry.isFile() ? at : `${at}/lock.json`));
  }

  async outputs(part: Part = "environment"): Promise<Record<string, unknown>> {
    const { output } = await this.succeedOn(part, "stack", "output", "--json");
    return JSON.parse(output) as Record<string, unknown>;
  }

  deployer(options: Partial<AzureDeployerOptions> & { env?: Record<string, string> } = {}): AzureDeployer {
    const { env, ...rest } = options;
    return new AzureDeployer({
      project: this.project,
      imageFor: ({ model, image }) =>
        image === undefined ? Promise.reject(new Error(`${model} has no image`)) : Promise.resolve(image),
      ...rest,
      env: this.env(env),
    });
  }

  /** What the providers did since the last call. */
  async takeOperations(): Promise<Operation[]> {
    if (!existsSync(this.logFile)) return [];
    const text = await readFile(this.logFile, "utf8");
    await rm(this.logFile);
    const all = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Operation);
    return all.filter(({ op }) => ["create", "update", "delete"].includes(op));
  }

  /** Namespace of this stack's objects on the API server. */
  get namespace(): string {
    return `mlops-${this.name}`;
  }

  /** Destroys what is left, and forgets the stack. */
  async remove(): Promise<void> {
    try {
      if (await this.serves()) await this.succeedServing("destroy", "--yes", "--skip-preview");
      if ((await this.resources()).length > 0) await this.succeed("destroy", "--yes", "--skip-preview");
    } finally {
      await kubectl("delete", "namespace", this.namespace, "--ignore-not-found", "--wait=false");
      await rm(this.folder, { recursive: true, force: true });
    }
  }

  private get logFile(): string {
    return path.join(this.folder, "operations.jsonl");
  }
}

/** What kubectl answered. */
export async function kubectl(...args: string[]): Promise<string> {
  const { stdout } = await run("kubectl", ["--kubeconfig", kubeconfig, ...args]);
  return stdout.trim();
}

/**
 * The gateways' Services, as the Istio add-on of AKS makes them, where the cluster does not have them: the open one is given its address by a
 * patch, the closed one's is read.
 */
export async function makeGateway(): Promise<void> {
  const within = ["--namespace", ingressNamespace];
  const isThere = async (...what: string[]): Promise<boolean> =>
    (await kubectl("get", ...what, "--ignore-not-found", "--output", "name")) !== "";
  if (!(await isThere("namespace", ingressNamespace))) await kubectl("create", "namespace", ingressNamespace);
  for (const gateway of Object.values(gateways)) {
    if (await isThere("service", gateway, ...within)) continue;
    await kubectl("create", "service", "clusterip", gateway, "--tcp=443", ...within);
  }
}

/** Folder of the schemas that the azure-native plugin checks with, if it has any: it stands beside the plugin. */
export async function readArmTypes(): Promise<Record<string, unknown> | undefined> {
  const { realpath } = await import("node:fs/promises");
  const plugin = await realpath(path.join(pulumiFolder, "pulumi-resource-azure-native"));
  const file = path.join(path.dirname(plugin), "..", "arm", "types.json");
  if (!existsSync(file)) return undefined;
  return JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
}

// The Automation API looks for `pulumi` on the PATH of this process.
if (skipReason === undefined) {
  process.env.PATH = `${pulumiFolder}${path.delimiter}${process.env.PATH ?? ""}`;
}
