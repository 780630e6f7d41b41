import { blobPath, blobWrites, containerName, onlyWhere } from "../components/foundation/blob-conditions";
import { onlyRolesOfStacks, type Principals } from "./role-conditions";
import type { Duty } from "../config/pipelines";
import { projects } from "../config/projects";
import { roles as stackRoles } from "../components/foundation/roles";

/** The built-in Azure roles that the bootstrap assigns, under the names that the portal shows. */
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

/**
 * Scope of a role: an environment's subscription, the subscriptions of earlier environments, or the state store. The state of each
 * environment has a key of its own: `stateKey` is that of the identity's own, `stateKeys` those of earlier ones, too.
 */
type GrantScope =
  "subscription" | "earlierSubscriptions" | "stateContainer" | "stateKey" | "stateKeys" | "vault";

export interface Grant {
  /** "operator" is the person who runs the bootstrap, and later stacks from a laptop. */
  readonly who: Duty | "operator";
  readonly role: BootstrapRole;
  readonly on: GrantScope;
  readonly why: string;
  readonly condition?: (stacks: StackAccess) => string;
  /** Instead of `condition`, one that names the bootstrap's identities, all of which have to exist before. */
  readonly conditionOnIdentities?: (principals: Principals) => string;
}

/** Names of the stacks whose state an identity can write (`own`) or only read (`earlier`). */
export interface StackAccess {
  readonly own: readonly string[];
  readonly earlier: readonly string[];
}

/** Condition that allows reading and writing blobs in every container except one. */
export function notContainer(name: string): string {
  return onlyWhere(`${containerName} StringNotEquals '${name}'`, ["read", ...blobWrites]);
}

/** Condition that allows reading and writing blobs in these containers only. */
export function onlyContainers(...names: readonly string[]): string {
  const any = names.map((name) => `${containerName} StringEquals '${name}'`).join(" OR ");
  return onlyWhere(any, ["read", ...blobWrites]);
}

/** Blob paths where Pulumi keeps the state, history, backups and locks of an environment's stacks (its own and the serving one). */
export function statePaths(
  environment: string,
  of: readonly (keyof typeof projects)[] = ["environment", "serving"],
): string[] {
  return of.flatMap((each) => [
    `*/${projects[each]}/${environment}.json*`,
    `*/${projects[each]}/${environment}/*`,
  ]);
}

/** Pulumi's metadata about the bucket. */
const bucketPaths = [".pulumi/meta.yaml"];

const like = (paths: readonly string[]): string =>
  paths.map((path) => `${blobPath} StringLike '${path}'`).join(" OR ");

/** Condition that allows reading the state of these stacks. */
export function onlyReads(stacks: readonly string[]): string {
  return onlyWhere(like([...bucketPaths, ...stacks.flatMap((stack) => statePaths(stack))]), [
    "readButNotList",
  ]);
}

/** Condition that allows writing the state of an identity's own stacks (`writes` narrows it) and reading earlier ones. */
export function onlyStacks(
  { own, earlier }: StackAccess,
  writes: readonly (keyof typeof projects)[] = ["environment", "serving"],
): string {
  const mayWrite = own.flatMap((stack) => statePaths(stack, writes));
  return `${onlyReads([...own, ...earlier])} AND ${onlyWhere(like(mayWrite), blobWrites)}`;
}

/** Every role that pipelines and the operator hold outside of a stack: who, which role, on what scope, and why. */
export const grants: readonly Grant[] = [
  { who: "preview", role: "Reader", on: "subscription", why: "previews changes to existing resources" },
  {
    who: "preview",
    role: "Storage Blob Data Reader",
    on: "stateContainer",
    why: "reads the state of its environment",
    condition: ({ own }) => onlyReads(own),
  },
  { who: "preview", role: "Key Vault Crypto User", on: "stateKey", why: "reads secrets in the state" },

  { who: "deploy", role: "Contributor", on: "subscription", why: "creates the stack's resource group" },
  {
    who: "deploy",
    role: "Role Based Access Control Administrator",
    on: "subscription",
    why: "assigns the stack's roles to the stack's identities, and none to itself but the stack's",
    conditionOnIdentities: onlyRolesOfStacks,
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
    why: "creates the workloads in the stack's cluster",
  },
  {
    who: "deploy",
    role: "Storage Blob Data Contributor",
    on: "subscription",
    why: "uploads training data",
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

  // The roles of a release in its own environment are assigned by that environment's stack: infra/components/foundation/access-table.ts.
  {
    who: "release",
    role: "AcrPull",
    on: "earlierSubscriptions",
    why: "copies the image that passed the earlier environment",
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
    on: "earlierSubscriptions",
    why: "adds what it releases to the audit trail, and records it for the dashboard, in the first environment",
    condition: () => onlyContainers("audit", "history"),
  },
  {
    who: "release",
    role: "Storage Blob Data Contributor",
    on: "stateContainer",
    why: "writes the serving state, and reads the state of its environment and earlier ones",
    condition: (stacks) => onlyStacks(stacks, ["serving"]),
  },
  {
    who: "release",
    role: "Key Vault Crypto User",
    on: "stateKeys",
    why: "writes secrets in the state, and decrypts that of earlier environments",
  },
  { who: "release", role: "Key Vault Secrets User", on: "vault", why: "fills the variable group" },

  {
    who: "watch",
    role: "AzureML Data Scientist",
    on: "earlierSubscriptions",
    why: "reads the version in production, and starts retraining",
  },
  {
    who: "watch",
    role: "Storage Blob Data Reader",
    on: "earlierSubscriptions",
    why: "reads the files of the version in production",
  },
  {
    who: "watch",
    role: "Storage Blob Data Contributor",
    on: "earlierSubscriptions",
    why: "keeps what it finds and decides, and adds retrainings to the audit trail, in the first environment",
    condition: () => onlyContainers("audit", "history"),
  },
  { who: "watch", role: "Storage Blob Data Reader", on: "stateContainer", why: "reads the serving state" },
  { who: "watch", role: "Key Vault Crypto User", on: "stateKeys", why: "decrypts the state" },

  { who: "operator", role: "Storage Blob Data Contributor", on: "stateContainer", why: "writes the state" },
  { who: "operator", role: "Key Vault Crypto User", on: "stateKey", why: "writes secrets in the state" },
];

/** Resource providers that a stack needs; a new subscription has few of them registered. */
export const resourceProviders = [
  "Microsoft.AlertsManagement",
  "Microsoft.Authorization",
  "Microsoft.Compute",
  "Microsoft.Consumption",
  "Microsoft.ContainerInstance",
  "Microsoft.ContainerRegistry",
  "Microsoft.ContainerService",
  // Microsoft.DocumentDB and Microsoft.Search store the metadata of a workspace that has a customer-managed key.
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
  // Of the dashboard, where a stack has one.
  "Microsoft.Web",
] as const;
