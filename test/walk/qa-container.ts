import { docker, dockerOutput, freePort, hardened } from "../containers/engine";
import { until } from "../e2e/mlops";
import type { StackFacts } from "./azure/stack-facts";

export interface ContainerOptions {
  readonly registry: string;
  /** What a process on this machine needs to be in Azure. */
  readonly env: Readonly<Record<string, string>>;
  /** Azure's hosts, and the address at which they answer. */
  readonly isAzure: (host: string) => boolean;
  readonly address: string;
}

/** A container of a group, as a stack has asked for it. */
interface Group {
  readonly image: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** The container that QA's group runs, with the variables that are no secret. */
function groupOf(stacks: readonly StackFacts[]): Group | undefined {
  const { resources = [] } = stacks.find(({ name }) => name === "qa") ?? {};
  const group = resources.find(({ type }) => type.endsWith(":ContainerGroup"));
  const [container] = (group?.inputs?.containers ?? []) as {
    image: string;
    environmentVariables: { name: string; value?: unknown }[];
  }[];
  if (container === undefined) return undefined;
  const settings = container.environmentVariables.flatMap(({ name, value }) =>
    typeof value === "string" ? [[name, value] as const] : [],
  );
  return { image: container.image, settings: Object.fromEntries(settings) };
}

/** Plays Container Instances: of the group that QA's stack says, the container runs on this machine's engine. */
export class QaContainer {
  /** Where the group answers, once there is one. */
  readonly port: number;
  private healthPort = 0;
  private running: { readonly image: string; readonly id: string } | undefined;

  private constructor(
    port: number,
    private readonly options: ContainerOptions,
  ) {
    this.port = port;
  }

  static async open(options: ContainerOptions): Promise<QaContainer> {
    return new QaContainer(await freePort(), options);
  }

  /** Starts what the group is to run, in the place of what it ran. */
  async follow(stacks: readonly StackFacts[]): Promise<void> {
    const group = groupOf(stacks);
    if (group?.image === this.running?.image) return;
    await this.stop();
    if (group === undefined) return;
    const { registry, env, address, isAzure } = this.options;
    this.healthPort = await freePort();
    const variables = {
      ...group.settings,
      IDENTITY_ENDPOINT: env.IDENTITY_ENDPOINT ?? "",
      IDENTITY_HEADER: env.IDENTITY_HEADER ?? "",
      NODE_EXTRA_CA_CERTS: "/azure.pem",
      OTEL_METRIC_EXPORT_INTERVAL: "5000",
      MLOPS_HOST: "127.0.0.1",
      MLOPS_PORT: String(this.port),
      MLOPS_HEALTH_PORT: String(this.healthPort),
    };
    const hosts = Object.values(group.settings)
      .flatMap((value) => [...value.matchAll(/https:\/\/([\w.-]+)/g)].map(([, host = ""]) => host))
      .filter(isAzure);
    const id = await dockerOutput(
      ...["run", "--detach", "--network", "host", ...hardened],
      ...[...new Set(hosts)].flatMap((host) => ["--add-host", `${host}:${address}`]),
      ...Object.entries(variables).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
      ...["--volume", `${env.NODE_EXTRA_CA_CERTS}:/azure.pem:ro`, "--volume", "/spool"],
      group.image.replace(/^[^/]+/, registry),
    );
    this.running = { image: group.image, id };
    await until(() => this.isReady(id), 60_000);
  }

  async stop(): Promise<void> {
    if (this.running !== undefined) await docker("rm", "--force", "--volumes", this.running.id);
    this.running = undefined;
  }

  private async isReady(id: string): Promise<boolean> {
    if ((await dockerOutput("inspect", "--format", "{{.State.Status}}", id)) === "exited") {
      const { stdout, stderr } = await docker("logs", id);
      throw new Error(`the container of QA ended: ${stdout}${stderr}`);
    }
    // Refused until the service listens.
    return fetch(`http://127.0.0.1:${this.healthPort}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  }
}
