import { blobPath, blobWrites, containerName, onlyWhere } from "./blob-conditions";
import { dashboardAccess } from "./dashboard-access";
import { pageAccess } from "./page-access";
import { pipelineAccess } from "./pipeline-access";
import type { Grant } from "./access-grant";

/** Every role assignment inside an environment: who, which role, on what scope, and why. */
export const accessTable: readonly Grant[] = [
  // Azure Machine Learning with a user-assigned identity requires these roles and refuses to create a workspace without
  // them; the role on the workspace itself follows once it exists:
  // "Set up service authentication", learn.microsoft.com/azure/machine-learning.
  { who: "workspace", role: "Contributor", on: "storage", why: "creates its containers and file share" },
  { who: "workspace", role: "Storage Blob Data Contributor", on: "storage", why: "stores the files of jobs" },
  { who: "workspace", role: "Key Vault Contributor", on: "vault", why: "connects to the vault" },
  {
    who: "workspace",
    role: "Key Vault Administrator",
    on: "vault",
    why: "stores the secrets of connections",
  },
  { who: "workspace", role: "Contributor", on: "registry", why: "reads the images that environments name" },
  { who: "workspace", role: "Contributor", on: "insights", why: "connects to Application Insights" },
  {
    who: "workspace",
    role: "Contributor",
    on: "workspace",
    why: "manages its own resources, such as jobs and endpoints",
  },

  { who: "training", role: "AcrPull", on: "registry", why: "nodes pull the training image" },
  { who: "training", role: "Storage Blob Data Reader", on: "dataContainer", why: "reads the training data" },
  {
    who: "training",
    role: "Storage Blob Data Contributor",
    on: "modelsContainer",
    why: "writes the models that it trains",
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
    why: "compares requests with the training data",
  },
  {
    who: "training",
    role: "Storage Blob Data Contributor",
    on: "storage",
    // The workspace creates these containers itself; their names contain its id.
    containersLike: "azureml",
    why: "jobs store logs and intermediate results in the workspace's own containers",
  },
  { who: "training", role: "AzureML Data Scientist", on: "workspace", why: "registers models" },
  {
    who: "training",
    role: "Storage Blob Data Contributor",
    on: "auditContainer",
    why: "adds the registration to the audit trail",
  },
  {
    who: "training",
    role: "Key Vault Crypto User",
    on: "signingKey",
    why: "signs the versions that it registers",
  },

  { who: "pull", role: "AcrPull", on: "registry", why: "Container Instances and AKS nodes pull images" },

  {
    who: "scoring",
    role: "Storage Blob Data Contributor",
    on: "predictionLogContainer",
    why: "writes the prediction log",
  },
  { who: "scoring", role: "Monitoring Metrics Publisher", on: "insights", why: "sends metrics and traces" },
  { who: "scoring", role: "Key Vault Secrets User", on: "vault", why: "reads API keys and the certificate" },

  {
    who: "cluster",
    role: "Managed Identity Operator",
    on: "pullIdentity",
    why: "assigns the pull identity to its nodes",
  },
  {
    who: "cluster",
    role: "Network Contributor",
    on: "clusterSubnet",
    why: "places nodes and load balancers there",
  },
  {
    who: "cluster",
    role: "Network Contributor",
    on: "publicAddress",
    why: "gives the address to the gateway's load balancer",
  },
  // Its cloud provider looks an address up in the list of the resource group (`listPIP`, kubernetes-sigs/cloud-provider-azure).
  {
    who: "cluster",
    role: "Reader",
    on: "publicAddresses",
    why: "finds the address among those of its group",
  },

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
    why: "storage, registry and workspace decrypt their data with the key",
  },
  // "Configure customer-managed keys for your Azure Cosmos DB account", learn.microsoft.com/azure/cosmos-db; so does the example
  // customer_managed_key of Azure's verified module for workspaces (avm-res-machinelearningservices-workspace).
  {
    who: "cosmosDb",
    role: "Key Vault Crypto Service Encryption User",
    on: "encryptionKey",
    why: "encrypts the metadata of the workspace with the key",
  },

  {
    who: "operators",
    role: "Storage Blob Data Contributor",
    on: "dataContainer",
    why: "upload training data (mlops data push)",
  },
  {
    who: "operators",
    role: "Storage Blob Data Contributor",
    on: "modelsContainer",
    pathsLike: "data-versions/",
    why: "list, restore and add what models were trained on (mlops data versions, collect)",
  },
  {
    who: "operators",
    role: "Storage Blob Data Reader",
    on: "predictionLogContainer",
    why: "investigate predictions that users question",
  },
  {
    who: "operators",
    role: "Storage Blob Data Contributor",
    on: "auditContainer",
    why: "check the audit trail, and add to it what they do manually",
  },
  {
    who: "operators",
    role: "Storage Blob Data Contributor",
    on: "historyContainer",
    why: "look at what watching has found, and add to it what they find manually",
  },
  {
    who: "operators",
    role: "Storage Blob Data Contributor",
    on: "truthContainer",
    why: "deliver what predictions turned out to be, for mlops monitor and collect",
  },
  { who: "operators", role: "AzureML Data Scientist", on: "workspace", why: "inspect and start runs" },
  {
    who: "operators",
    role: "Key Vault Crypto User",
    on: "signingKey",
    why: "sign versions and images manually, and read the public key",
  },
  {
    who: "operators",
    role: "Key Vault Secrets Officer",
    on: "vault",
    why: "create and rotate API keys (npm run infra:keys)",
  },
  {
    who: "operators",
    role: "Key Vault Certificates Officer",
    on: "vault",
    why: "have the vault make the certificate of the scoring service",
  },
  { who: "operators", role: "AKS Cluster User", on: "cluster", why: "get the cluster's kubeconfig" },
  { who: "operators", role: "AKS RBAC Cluster Admin", on: "cluster", why: "administer the cluster" },

  {
    who: "deployers",
    role: "Key Vault Secrets Officer",
    on: "vault",
    why: "create the API keys, which are not in the state",
  },
  {
    who: "deployers",
    role: "Key Vault Certificates Officer",
    on: "vault",
    why: "have the vault make the certificate of the scoring service",
  },

  ...pipelineAccess,
  ...dashboardAccess,
  ...pageAccess,
];

/** Condition that limits reading and writing blobs to containers whose name begins with `prefix`. */
export function containersLike(prefix: string): string {
  return onlyWhere(`${containerName} StringStartsWith '${prefix}'`, ["read", ...blobWrites]);
}

/** Condition that limits reading and writing blobs to paths that begin with `prefix`. */
export function pathsLike(prefix: string): string {
  return onlyWhere(`${blobPath} StringStartsWith '${prefix}'`, ["readButNotList", ...blobWrites]);
}
