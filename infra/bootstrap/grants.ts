import { blobPath, blobWrites, containerName, onlyWhere } from "../components/foundation/blob-conditions";
import type { Duty } from "../config/pipelines";
import { projects } from "../config/projects";
import { roles as stackRoles } from "../components/foundation/roles";

/** Azure's built-in roles that the bootstrap gives, by the names that the portal shows. */
export const bootstrapRoles = {
  AcrPull: stackRoles.AcrPull,
  "AzureML Data Scientist": stackRoles["AzureML Data Scientist"],
  "Azure Kubernetes Service RBAC Cluster Admin": stackRoles["AKS RBAC Cluster Admin"],
  Contributor: stackRoles.Contributor,
  "Key Vault Crypto User": stackRoles["Key Vault Crypto User"],
  "Key Vault Secrets User": stackRoles["Key Vault Secrets User"],
  Reader: "acdd72a7-3385-48ef-bd42-f606fba81ae7",
  "Resource Policy Contributor": "36243c78-bf99-498c-9df9-86d9f8d28608",
  "Role Based Access Control Administrator": "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
  "Storage Blob Data Contributor": stackRoles["Storage Blob Data Contributor"],
  "Storage Blob Data Reader": stackRoles["Storage Blob Data Reader"],
} as const;

type BootstrapRole = keyof typeof bootstrapRoles;

/** What a role may be given on: an environment's subscription, those of environments before it, or what keeps the state. */
type GrantScope = "subscription" | "earlierSubscriptions" | "stateContainer" | "stateKey" | "vault";

export interface Grant {
  /** "operator" is who runs the bootstrap, and stacks from a laptop after it. */
  readonly who: Duty | "operator";
  readonly role: BootstrapRole;
  readonly on: GrantScope;
  readonly why: string;
  readonly condition?: (stacks: StackAccess) => string;
}

/** Stacks, by name, whose state an identity may write, and others that it may only read. */
export interface StackAccess {
  readonly own: readonly string[];
  readonly earlier: readonly string[];
}

const assignments = "Microsoft.Authorization/roleAssignments";

/** Lets roles be given and taken away that the stacks' own identities have, and none that is above them. */
export function onlyRoles(ids: readonly string[]): string {
  const list = [...ids].sort().join(", ");
  const part = (action: string, source: string): string =>
    `((!(ActionMatches{'${assignments}/${action}'})) OR (@${source}[${assignments}:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${list}}))`;
  return `${part("write", "Request")} AND ${part("delete", "Resource")}`;
}

/** Lets blobs be read and written in every container but one. */
export function notContainer(name: string): string {
  return onlyWhere(`${containerName} StringNotEquals '${name}'`, ["read", ...blobWrites]);
}

/** Where Pulumi keeps the stacks of an environment in a bucket, its own and that of what serves: state, history, backups and locks. */
export function statePaths(
  environment: string,
  of: readonly (keyof typeof projects)[] = ["environment", "serving"],
): string[] {
  return of.flatMap((each) => [
    `*/${projects[each]}/${environment}.json*`,
    `*/${projects[each]}/${environment}/*`,
  ]);
}

/** What Pulumi keeps of the bucket itself. */
const bucketPaths = [".pulumi/meta.yaml"];

/** Lets the state of an identity's own stacks be written, or that of what serves alone, and of those before them be read. */
export function onlyStacks(
  { own, earlier }: StackAccess,
  writes: readonly (keyof typeof projects)[] = ["environment", "serving"],
): string {
  const like = (paths: readonly string[]): string =>
    paths.map((path) => `${blobPath} StringLike '${path}'`).join(" OR ");
  const mayWrite = own.flatMap((stack) => statePaths(stack, writes));
  const mayRead = [...bucketPaths, ...[...own, ...earlier].flatMap((stack) => statePaths(stack))];
  return `${onlyWhere(like(mayRead), ["readButNotList"])} AND ${onlyWhere(like(mayWrite), blobWrites)}`;
}

/** Who may do what on what, and why: all that pipelines and the operator are given outside of a stack. */
export const grants: readonly Grant[] = [
  { who: "preview", role: "Reader", on: "subscription", why: "compares what is with what would be" },
  { who: "preview", role: "Storage Blob Data Reader", on: "stateContainer", why: "reads the state" },
  { who: "preview", role: "Key Vault Crypto User", on: "stateKey", why: "reads secrets in the state" },

  { who: "deploy", role: "Contributor", on: "subscription", why: "makes the stack's resource group" },
  {
    who: "deploy",
    role: "Role Based Access Control Administrator",
    on: "subscription",
    why: "gives the stack's identities their roles, and no others",
    condition: () => onlyRoles(Object.values(stackRoles)),
  },
  {
    who: "deploy",
    role: "Resource Policy Contributor",
    on: "subscription",
    why: "assigns Azure Policy to the stack",
  },
  {
    who: "deploy",
    role: "Azure Kubernetes Service RBAC Cluster Admin",
    on: "subscription",
    why: "makes what runs in the stack's cluster",
  },
  {
    who: "deploy",
    role: "Storage Blob Data Contributor",
    on: "subscription",
    why: "delivers data to train on",
    condition: () => notContainer("pulumi-state"),
  },
  {
    who: "deploy",
    role: "Storage Blob Data Contributor",
    on: "stateContainer",
    why: "writes the state of its environment",
    condition: (stacks) => onlyStacks({ ...stacks, earlier: [] }),
  },
  { who: "deploy", role: "Key Vault Crypto User", on: "stateKey", why: "writes secrets in the state" },

  // What a release may do in its environment, that environment's stack gives it: infra/components/foundation/access-table.ts.
  {
    who: "release",
    role: "AcrPull",
    on: "earlierSubscriptions",
    why: "copies the image that passed there",
  },
  {
    who: "release",
    role: "AzureML Data Scientist",
    on: "earlierSubscriptions",
    why: "reads the version to release, and marks the champion",
  },
  {
    who: "release",
    role: "Storage Blob Data Reader",
    on: "earlierSubscriptions",
    why: "reads the files of the version to release",
  },
  {
    who: "release",
    role: "Storage Blob Data Contributor",
    on: "stateContainer",
    why: "writes the state of what serves, and reads that of its environment and those before it",
    condition: (stacks) => onlyStacks(stacks, ["serving"]),
  },
  { who: "release", role: "Key Vault Crypto User", on: "stateKey", why: "writes secrets in the state" },
  { who: "release", role: "Key Vault Secrets User", on: "vault", why: "fills the variable group" },

  {
    who: "watch",
    role: "AzureML Data Scientist",
    on: "earlierSubscriptions",
    why: "reads the version that serves, and starts a retraining",
  },
  {
    who: "watch",
    role: "Storage Blob Data Reader",
    on: "earlierSubscriptions",
    why: "reads the files of the version that serves",
  },
  { who: "watch", role: "Storage Blob Data Reader", on: "stateContainer", why: "reads what serves" },
  { who: "watch", role: "Key Vault Crypto User", on: "stateKey", why: "opens the state" },

  { who: "operator", role: "Storage Blob Data Contributor", on: "stateContainer", why: "writes the state" },
  { who: "operator", role: "Key Vault Crypto User", on: "stateKey", why: "writes secrets in the state" },
];

/** Resource providers that a stack's resources belong to; a new subscription has few of them registered. */
export const resourceProviders = [
  "Microsoft.AlertsManagement",
  "Microsoft.Authorization",
  "Microsoft.Compute",
  "Microsoft.Consumption",
  "Microsoft.ContainerInstance",
  "Microsoft.ContainerRegistry",
  "Microsoft.ContainerService",
  // Microsoft.DocumentDB and Microsoft.Search: what a workspace with a key of one's own keeps its metadata in.
  "Microsoft.DocumentDB",
  "Microsoft.EventGrid",
  "Microsoft.Insights",
  "Microsoft.KeyVault",
  "Microsoft.Logic",
  "Microsoft.MachineLearningServices",
  "Microsoft.ManagedIdentity",
  "Microsoft.Network",
  "Microsoft.OperationalInsights",
  "Microsoft.PolicyInsights",
  "Microsoft.Search",
  "Microsoft.Storage",
] as const;
