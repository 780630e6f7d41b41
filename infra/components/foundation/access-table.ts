import { blobWrites, containerName, onlyWhere } from "./blob-conditions";
import type { Role } from "./roles";

/** Who may be given something: the identities of the foundation, groups of people, and identities of pipelines. */
export const principals = [
  "workspace",
  "training",
  "scoring",
  "pull",
  "cluster",
  "release",
  "encryption",
  "operators",
  "deployers",
  "releasers",
  "watchers",
] as const;

/** Those that are made outside of the stack, and may not be there: nothing is given to them then. */
export const outsiders: readonly Principal[] = ["deployers", "releasers", "watchers"];

export type Principal = (typeof principals)[number];

/**
 * What something may be given on: one resource, or a part of one. `containerGroups` is the resource group, for roles that
 * hold for container groups alone; nothing else is given on a resource group, and nothing above. What begins with `group` is
 * what such a group is made with.
 */
export const scopes = [
  "storage",
  "dataContainer",
  "modelsContainer",
  "predictionLogContainer",
  "batchContainer",
  "vault",
  "encryptionKey",
  "signingKey",
  "registry",
  "insights",
  "pullIdentity",
  "clusterSubnet",
  "groupPullIdentity",
  "groupScoringIdentity",
  "groupSubnet",
  "workspace",
  "cluster",
  "containerGroups",
] as const;

export type Scope = (typeof scopes)[number];

/** A line of the table. */
export interface Grant {
  readonly who: Principal;
  readonly role: Role;
  readonly on: Scope;
  readonly why: string;
  /** The role holds only for containers whose name begins with this. */
  readonly containersLike?: string;
}

/** Who may do what on what, and why: all that the environment's own identities and its operators are given. */
export const accessTable: readonly Grant[] = [
  // Azure Machine Learning with an identity of one's own asks for these pairs, and refuses a workspace without them; that on
  // the workspace itself comes when there is one:
  // "Set up service authentication", learn.microsoft.com/azure/machine-learning.
  { who: "workspace", role: "Contributor", on: "storage", why: "makes its containers and file share" },
  { who: "workspace", role: "Storage Blob Data Contributor", on: "storage", why: "keeps jobs' files there" },
  { who: "workspace", role: "Key Vault Contributor", on: "vault", why: "connects itself to the vault" },
  {
    who: "workspace",
    role: "Key Vault Administrator",
    on: "vault",
    why: "keeps secrets of connections there",
  },
  { who: "workspace", role: "Contributor", on: "registry", why: "reads the images that environments name" },
  { who: "workspace", role: "Contributor", on: "insights", why: "connects itself to it" },
  {
    who: "workspace",
    role: "Contributor",
    on: "workspace",
    why: "manages its own parts, as jobs and endpoints",
  },

  { who: "training", role: "AcrPull", on: "registry", why: "nodes start the training image" },
  { who: "training", role: "Storage Blob Data Reader", on: "dataContainer", why: "reads what it trains on" },
  {
    who: "training",
    role: "Storage Blob Data Contributor",
    on: "modelsContainer",
    why: "writes the models that it makes",
  },
  {
    who: "training",
    role: "Storage Blob Data Contributor",
    on: "batchContainer",
    why: "reads rows to score and writes predictions",
  },
  {
    who: "training",
    role: "Storage Blob Data Reader",
    on: "predictionLogContainer",
    why: "compares what was asked with what was trained on",
  },
  {
    who: "training",
    role: "Storage Blob Data Contributor",
    on: "storage",
    // The workspace makes these containers itself, and names them with its id.
    containersLike: "azureml",
    why: "jobs keep logs and intermediate results in the workspace's own containers",
  },
  { who: "training", role: "AzureML Data Scientist", on: "workspace", why: "registers models" },
  {
    who: "training",
    role: "Key Vault Crypto User",
    on: "signingKey",
    why: "signs the versions that it registers",
  },

  { who: "pull", role: "AcrPull", on: "registry", why: "Container Instances and AKS nodes start the image" },

  {
    who: "scoring",
    role: "Storage Blob Data Contributor",
    on: "predictionLogContainer",
    why: "writes the prediction log",
  },
  { who: "scoring", role: "Monitoring Metrics Publisher", on: "insights", why: "sends metrics and traces" },
  { who: "scoring", role: "Key Vault Secrets User", on: "vault", why: "reads API keys and certificate" },

  {
    who: "cluster",
    role: "Managed Identity Operator",
    on: "pullIdentity",
    why: "gives its nodes the identity that pulls",
  },
  { who: "cluster", role: "Network Contributor", on: "clusterSubnet", why: "puts nodes and balancers there" },

  { who: "release", role: "AzureML Data Scientist", on: "workspace", why: "starts the retraining endpoint" },
  {
    who: "release",
    role: "Container Instances Contributor",
    on: "containerGroups",
    why: "stops the scoring container in the evening",
  },

  {
    who: "encryption",
    role: "Key Vault Crypto Service Encryption User",
    on: "encryptionKey",
    why: "storage, registry and workspace unlock their data with the key",
  },

  {
    who: "operators",
    role: "Storage Blob Data Contributor",
    on: "dataContainer",
    why: "deliver data to train on (mlops data push)",
  },
  {
    who: "operators",
    role: "Storage Blob Data Reader",
    on: "predictionLogContainer",
    why: "look into predictions that were complained about",
  },
  { who: "operators", role: "AzureML Data Scientist", on: "workspace", why: "look at runs, and start them" },
  {
    who: "operators",
    role: "Key Vault Crypto User",
    on: "signingKey",
    why: "sign versions and images by hand, and read the public key",
  },
  {
    who: "operators",
    role: "Key Vault Secrets Officer",
    on: "vault",
    why: "make and rotate API keys (npm run infra:keys)",
  },
  { who: "operators", role: "AKS Cluster User", on: "cluster", why: "get the cluster's address" },
  { who: "operators", role: "AKS RBAC Cluster Admin", on: "cluster", why: "administer the cluster" },

  {
    who: "deployers",
    role: "Key Vault Secrets Officer",
    on: "vault",
    why: "make the API keys, of which the state knows nothing",
  },

  // A release changes what serves, and nothing of what it serves on.
  { who: "releasers", role: "AcrPush", on: "registry", why: "push the image of a version" },
  {
    who: "releasers",
    role: "Container Registry Data Importer and Data Reader",
    on: "registry",
    why: "copy the image that passed in another environment",
  },
  { who: "releasers", role: "AKS Cluster User", on: "cluster", why: "get the cluster's address" },
  { who: "releasers", role: "AKS RBAC Cluster Admin", on: "cluster", why: "change the objects that serve" },
  {
    who: "releasers",
    role: "Container Instances Contributor",
    on: "containerGroups",
    why: "make and replace the scoring container",
  },
  {
    who: "releasers",
    role: "Managed Identity Operator",
    on: "groupPullIdentity",
    why: "let the scoring container pull its image",
  },
  {
    who: "releasers",
    role: "Managed Identity Operator",
    on: "groupScoringIdentity",
    why: "let the scoring container act as the service",
  },
  {
    who: "releasers",
    role: "Network Contributor",
    on: "groupSubnet",
    why: "put the container into its subnet",
  },
  {
    who: "releasers",
    role: "Key Vault Secrets User",
    on: "vault",
    why: "call the service in tests with its key",
  },
  {
    who: "releasers",
    role: "Key Vault Crypto User",
    on: "signingKey",
    why: "sign the images that they push",
  },
  { who: "releasers", role: "Monitoring Reader", on: "insights", why: "compare a canary with stable" },
  {
    who: "releasers",
    role: "AzureML Data Scientist",
    on: "workspace",
    why: "read versions, start a training",
  },
  {
    who: "releasers",
    role: "Storage Blob Data Reader",
    on: "storage",
    why: "read the files of the version to release",
  },

  {
    who: "watchers",
    role: "Storage Blob Data Reader",
    on: "storage",
    why: "read the prediction log, data and the version that serves",
  },
  {
    who: "watchers",
    role: "Storage Blob Data Contributor",
    on: "batchContainer",
    why: "score files that are there, and leave predictions beside them",
  },
  {
    who: "watchers",
    role: "Monitoring Metrics Publisher",
    on: "insights",
    why: "send what it found, of which drift raises an alert",
  },
  {
    who: "watchers",
    role: "AzureML Data Scientist",
    on: "workspace",
    why: "read versions, start a retraining",
  },
];

/** A role's condition that keeps reading and writing blobs to containers whose name begins with `prefix`. */
export function containersLike(prefix: string): string {
  return onlyWhere(`${containerName} StringStartsWith '${prefix}'`, ["read", ...blobWrites]);
}
