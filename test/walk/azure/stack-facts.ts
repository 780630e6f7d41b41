import type { ContainerClient } from "@azure/storage-blob";

/** A resource of a stack's state, as far as the services that are played look at it. */
export interface StateResource {
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** An identity that a stack has made, with the service accounts that may act as it. */
export interface IdentityInAzure {
  readonly clientId: string;
  readonly subjects: readonly string[];
}

/** What is in Azure because a stack's update has made it. */
export interface StackFacts {
  readonly name: string;
  readonly vaults: readonly string[];
  readonly registries: readonly { readonly id: string; readonly host: string }[];
  readonly insights: readonly { readonly appId: string; readonly key: string }[];
  readonly containers: readonly { readonly account: string; readonly name: string }[];
  readonly identities: readonly IdentityInAzure[];
  readonly resources: readonly StateResource[];
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

function read(name: string, resources: readonly StateResource[]): StackFacts {
  const all = (kind: string): readonly StateResource[] =>
    resources.filter(({ type, id }) => type.endsWith(`:${kind}`) && id !== undefined);
  const trusts = all("FederatedIdentityCredential");
  return {
    name,
    resources,
    vaults: all("Vault").map(({ outputs }) => text(outputs?.name)),
    registries: all("Registry").map(({ id = "", outputs }) => ({ id, host: text(outputs?.loginServer) })),
    insights: all("Component").map(({ outputs }) => ({
      appId: text(outputs?.appId),
      key: text(outputs?.instrumentationKey),
    })),
    containers: all("BlobContainer").map(({ inputs, outputs }) => ({
      account: text(inputs?.accountName),
      name: text(outputs?.name),
    })),
    identities: all("UserAssignedIdentity").map(({ outputs }) => ({
      clientId: text(outputs?.clientId),
      subjects: trusts
        .filter(({ inputs }) => inputs?.resourceName === outputs?.name)
        .map(({ inputs }) => text(inputs?.subject)),
    })),
  };
}

/** The projects of an environment's two stacks: its own, and that of what serves in it. */
const projects = ["mlops", "mlops-serving"] as const;

/** The state of the stacks as an update that still runs has written it last, from the container that Pulumi keeps it in. */
export class StateReader {
  private readonly known = new Map<
    string,
    { readonly etag: string | undefined; readonly resources: readonly StateResource[] }
  >();

  /** @param container Of the state; undefined while there is none. */
  constructor(private readonly container: () => Promise<ContainerClient | undefined>) {}

  /** By environment, as of the last look. */
  facts(): readonly StackFacts[] {
    return ["qa", "prod"].map((name) =>
      read(
        name,
        projects.flatMap((project) => this.known.get(`${project}/${name}`)?.resources ?? []),
      ),
    );
  }

  /** Looks again. */
  async refresh(): Promise<void> {
    const container = await this.container();
    if (container === undefined) return;
    for (const project of projects)
      for (const name of ["qa", "prod"]) await this.refreshStack(container, `${project}/${name}`);
  }

  private async refreshStack(container: ContainerClient, stack: string): Promise<void> {
    const blob = container.getBlobClient(`.pulumi/stacks/${stack}.json`);
    if (!(await blob.exists())) return void this.known.delete(stack);
    const { etag } = await blob.getProperties();
    if (this.known.get(stack)?.etag === etag) return;
    const { checkpoint } = JSON.parse((await blob.downloadToBuffer()).toString()) as {
      checkpoint: { latest?: { resources?: StateResource[] } };
    };
    this.known.set(stack, { etag, resources: checkpoint.latest?.resources ?? [] });
  }
}
