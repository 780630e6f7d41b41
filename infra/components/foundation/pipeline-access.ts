import type { Grant } from "./access-grant";

/** What identities of pipelines may do in an environment: those that release to it, and those that watch it. */
export const pipelineAccess: readonly Grant[] = [
  // A release changes the serving workload, never the infrastructure below it.
  { who: "releasers", role: "AcrPush", on: "registry", why: "push the image of a version" },
  {
    who: "releasers",
    role: "Container Registry Data Importer and Data Reader",
    on: "registry",
    why: "copy the image that passed in another environment",
  },
  { who: "releasers", role: "AKS Cluster User", on: "cluster", why: "get the cluster's kubeconfig" },
  { who: "releasers", role: "AKS RBAC Cluster Admin", on: "cluster", why: "change the serving objects" },
  {
    who: "releasers",
    role: "Container Instances Contributor",
    on: "containerGroups",
    why: "create and replace the scoring container",
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
    why: "place the container in its subnet",
  },
  {
    who: "releasers",
    role: "Key Vault Secrets User",
    on: "vault",
    why: "call the service with its key in tests",
  },
  {
    who: "releasers",
    role: "Key Vault Reader",
    on: "vault",
    why: "know the service by its certificate, where no authority vouches for it",
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
    why: "read versions, start training",
  },
  {
    who: "releasers",
    role: "Storage Blob Data Reader",
    on: "storage",
    why: "read the files of the version to release",
  },
  {
    who: "releasers",
    role: "Storage Blob Data Contributor",
    on: "auditContainer",
    why: "add what they release to the audit trail",
  },
  {
    who: "releasers",
    role: "Storage Blob Data Contributor",
    on: "historyContainer",
    why: "record what they released for the dashboard",
  },

  {
    who: "watchers",
    role: "Storage Blob Data Reader",
    on: "storage",
    why: "read the prediction log, the data and the serving version",
  },
  {
    who: "watchers",
    role: "Storage Blob Data Contributor",
    on: "batchContainer",
    why: "score files in the container, and write predictions beside them",
  },
  {
    who: "watchers",
    role: "Storage Blob Data Contributor",
    on: "auditContainer",
    why: "add the retrainings that they start to the audit trail",
  },
  {
    who: "watchers",
    role: "Storage Blob Data Contributor",
    on: "historyContainer",
    why: "keep what they measure and decide; of many measurements the oldest go",
  },
  {
    who: "watchers",
    role: "Monitoring Metrics Publisher",
    on: "insights",
    why: "send the findings; drift raises an alert",
  },
  {
    who: "watchers",
    role: "AzureML Data Scientist",
    on: "workspace",
    why: "read versions, start retraining",
  },
];
