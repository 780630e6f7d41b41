/**
 * Scopes of role assignments: a resource, or part of one. `containerGroups` is the resource group, for roles limited to
 * container groups, and so is `publicAddresses`, for a role that only reads; no other role is assigned on a resource group or
 * above. Scopes that begin with `group` are what a container group is created with.
 */
export const scopes = [
  "storage",
  "dataContainer",
  "modelsContainer",
  "predictionLogContainer",
  "batchContainer",
  "auditContainer",
  "historyContainer",
  "truthContainer",
  "vault",
  "scoringKey",
  "testKey",
  "servingCertificate",
  "encryptionKey",
  "signingKey",
  "registry",
  "insights",
  "pullIdentity",
  "clusterSubnet",
  "publicAddress",
  "publicAddresses",
  "groupPullIdentity",
  "groupScoringIdentity",
  "groupSubnet",
  "workspace",
  "cluster",
  "containerGroups",
] as const;

export type Scope = (typeof scopes)[number];
