import { uuidOf } from "../uuid";

/** What the bootstrap makes for, and where. */
export interface Target {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly location: string;
  readonly organisation: string;
  readonly project: string;
  /** Branch that a merge goes to. */
  readonly branch: string;
  /** In the order in which a release passes them. */
  readonly environments: readonly Environment[];
  /** Who may approve, by e-mail or name of a group; nobody named: who runs this. */
  readonly approvers: readonly string[];
}

export interface Environment {
  readonly name: string;
  readonly subscriptionId: string;
}

/** What an identity is for: to look at what would change, or to change it. */
export type Duty = "preview" | "deploy";

/** An identity, and the service connection of the same name by which pipelines sign in as it. */
export interface SignIn {
  readonly name: string;
  readonly duty: Duty;
  /** Where it may do so; a connection is made for the first. */
  readonly subscriptionIds: readonly [string, ...string[]];
}

/** All identities of pipelines: one that may only look, and one for each environment. */
export function signInsOf({ subscriptionId, environments }: Target): SignIn[] {
  const all = [...new Set(environments.map((environment) => environment.subscriptionId))];
  const [first = subscriptionId, ...others] = all;
  return [
    { name: "mlops-preview", duty: "preview", subscriptionIds: [first, ...others] },
    ...environments.map((environment): SignIn => ({
      name: environmentName(environment.name),
      duty: "deploy",
      subscriptionIds: [environment.subscriptionId],
    })),
  ];
}

/** Names of what keeps the state; those that the world shares end in digits that belong to the resource group alone. */
export function stateNames({
  subscriptionId,
  resourceGroup,
}: Pick<Target, "subscriptionId" | "resourceGroup">) {
  const digits = uuidOf(`${subscriptionId}/${resourceGroup}`.toLowerCase()).replaceAll("-", "");
  const account = `mlopsstate${digits.slice(0, 12)}`;
  const vault = `mlops-state-${digits.slice(0, 10)}`;
  return {
    account,
    vault,
    container: "pulumi-state",
    key: "pulumi-state",
    backend: `azblob://pulumi-state?storage_account=${account}`,
    secretsProvider: `azurekeyvault://${vault}.vault.azure.net/keys/pulumi-state`,
  } as const;
}

/** Name of an environment's identity, service connection and environment in Azure DevOps. */
export function environmentName(environment: string): string {
  return `mlops-${environment}`;
}

/** Variables that every pipeline has. */
export const sharedGroup = "mlops";

/** Variables that are secrets, from the vault. */
export const secretGroup = "mlops-secrets";

/** Environment in Azure DevOps that making and removing stacks passes through. */
export const infraEnvironment = "mlops-infra";

/** Secret in the vault that holds the address that approvers are told at, or that there is none. */
export const notifySecret = "NOTIFY-WEBHOOK";

/** A pipeline, and what it signs in for: nothing else in the project opens to it. */
export interface Pipeline {
  readonly name: string;
  readonly path: string;
  readonly duty: Duty;
}

const deploying = ["build", "retrain", "release", "batch", "monitor", "infra", "teardown"];

/** All pipelines, by the file in pipelines/ that each runs. That of pull requests runs code that nobody has read yet. */
export const pipelines: readonly Pipeline[] = [
  { name: "mlops-pr", path: "/pipelines/pr.yml", duty: "preview" },
  ...deploying.map((file): Pipeline => ({
    name: `mlops-${file}`,
    path: `/pipelines/${file}.yml`,
    duty: "deploy",
  })),
];
