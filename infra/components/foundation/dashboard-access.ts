import type { Grant } from "./access-grant";

/**
 * What the dashboard's web app may do: `viewers` are its identity in every environment that it shows, `dashboard` the same where it runs,
 * and `retrainers` where it may start retraining, too. It changes nothing otherwise.
 */
export const dashboardAccess: readonly Grant[] = [
  {
    who: "viewers",
    role: "Storage Blob Data Reader",
    on: "predictionLogContainer",
    why: "measure drift when somebody looks",
  },
  {
    who: "viewers",
    role: "Monitoring Reader",
    on: "insights",
    why: "show requests, failures and latency of what serves",
  },
  {
    who: "viewers",
    role: "Key Vault Secrets User",
    on: "scoringKey",
    why: "ask the service with its key when somebody tries a row",
  },
  {
    who: "viewers",
    role: "Key Vault Secrets User",
    on: "testKey",
    why: "tell the service that it is no client who asks",
  },
  {
    who: "viewers",
    role: "Key Vault Reader",
    on: "servingCertificate",
    why: "know the service by its certificate, where no authority vouches for it",
  },
  { who: "dashboard", role: "Reader", on: "workspace", why: "read versions and training jobs" },
  {
    who: "dashboard",
    role: "Storage Blob Data Reader",
    on: "storage",
    containersLike: "azureml",
    why: "read the files of versions, and the logs of jobs",
  },
  {
    who: "dashboard",
    role: "Storage Blob Data Reader",
    on: "historyContainer",
    why: "show what watching found, and what is released",
  },
  { who: "dashboard", role: "Storage Blob Data Reader", on: "auditContainer", why: "show the audit trail" },
  { who: "retrainers", role: "AzureML Data Scientist", on: "workspace", why: "start the training pipeline" },
  {
    who: "retrainers",
    role: "Storage Blob Data Contributor",
    on: "auditContainer",
    why: "add who started a retraining, and why, to the audit trail",
  },
];
