import { z } from "zod";
import {
  choice,
  count,
  cron,
  email,
  flag,
  generations,
  guid,
  list,
  modelName,
  pinnedImage,
  publicKeys,
  text,
  vmSize,
  type Setting,
} from "./config-values";
import { kubernetesSettings } from "./kubernetes-settings";

const name = /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$/;

/** Every setting of a stack, `mlops:<key>`. docs/reference/stack-settings.md has this table. */
export const settings = {
  owner: {
    schema: text(name, "expected a person or team"),
    description: "Who answers for this environment; a tag on every resource",
    example: "team-risk",
  },
  costCentre: {
    schema: text(name, "expected a name or number"),
    description: "Who pays for it; a tag on every resource",
    example: "4711",
  },
  alertEmail: {
    schema: email,
    description: "Where alerts and the budget's warnings go",
    example: "ops@example.com",
  },
  operators: {
    schema: list(guid, "object ids of Entra groups"),
    default: "",
    description: "Entra groups that may administer the cluster and read the predictions",
  },
  model: {
    schema: modelName,
    default: "diabetes",
    description: "Model that this stack trains and serves; a folder in models/",
  },
  scoring: {
    schema: choice(["containers", "kubernetes"]),
    description: "Where the model serves: Container Instances, or AKS with a canary",
    example: "containers",
  },
  scoringAudience: {
    schema: text(/^[\x21-\x7e]{1,200}$/, "expected an application's id URI"),
    optional: true,
    description: "Entra application that callers take tokens for; without it callers have one of two keys",
  },
  scoringRole: {
    schema: text(/^[\x21-\x7e]{1,120}$/, "expected the name of a role, without spaces"),
    default: "Score",
    description: "Role of that application, or scope, that a caller's token must have",
  },
  keyRotation: {
    schema: generations,
    default: "1/1",
    description: "Generation of the first and second API key; raise one to make that key anew",
  },
  trainingImage: {
    schema: pinnedImage,
    optional: true,
    description: "Training image that a build has pushed; without it the update builds it",
  },
  nodeImage: {
    schema: pinnedImage,
    optional: true,
    description: "Base of the images that the update builds (default: node:24-bookworm-slim, by name)",
  },
  scoringPackage: {
    schema: z.string().min(1),
    optional: true,
    description: "Folder of a package (`mlops package`) whose scoring image the update builds and pushes",
  },
  registryLogin: {
    schema: choice(["entra", "docker"]),
    default: "entra",
    description: "Sign-in for pushing images: the identity that runs the update, or the Docker client's own",
  },
  compute: {
    schema: flag,
    default: "true",
    description: "Whether the training clusters exist; false removes them and keeps all else",
  },
  computeVmSize: {
    schema: vmSize,
    default: "Standard_DS3_v2",
    description: "VM size of the training cluster",
  },
  computePriority: {
    schema: choice(["low", "dedicated"]),
    default: "low",
    description: "Low priority costs about a fifth and may be taken away while it runs",
  },
  computeMinNodes: {
    schema: count(0, 100),
    default: "0",
    description: "Nodes of a training cluster that are kept while nothing runs",
  },
  computeMaxNodes: { schema: count(1, 100), default: "2", description: "Maximum nodes that train" },
  computeIdleMinutes: {
    schema: count(1, 1440),
    default: "2",
    description: "Minutes after which an idle node is given back",
  },
  gpuVmSize: {
    schema: vmSize,
    optional: true,
    description: "VM size of a second, GPU training cluster; none without it",
  },
  trains: {
    schema: flag,
    optional: true,
    description:
      "Whether its schedule and new data start training (default: in the first environment of environments.yml alone)",
  },
  schedule: {
    schema: cron,
    default: "0 3 * * 1",
    description: "When the model is retrained, in UTC: minute, hour, *, *, weekday",
  },
  scheduleEnabled: {
    schema: flag,
    default: "true",
    description: "false switches the schedule off; do so, and update, before it is removed",
  },
  stepTimeoutMinutes: {
    schema: count(5, 1440),
    default: "60",
    description: "Longest time of one step of training",
  },
  evaluation: {
    schema: choice(["on", "off"]),
    default: "on",
    description: "off registers candidates without comparing them with the champion",
  },
  onNoPromotion: {
    schema: choice(["cancel", "continue"]),
    default: "cancel",
    description:
      "What happens to a candidate that is not better: nothing is registered, or it is all the same",
  },
  acceptPopulation: {
    schema: text(/^[^\s,]+(,[^\s,]+)*$/, "expected columns, separated by commas, or all"),
    optional: true,
    description:
      "Columns that retraining accepts of another population than in the champion's rows; `all` is every one",
  },
  acceptBreaking: {
    schema: text(/^[^\s,]+(,[^\s,]+)*$/, "expected columns, separated by commas, or all"),
    optional: true,
    description: "Columns whose change may refuse requests that the champion answers; `all` is every one",
  },
  containerCpu: {
    schema: count(1, 4),
    default: "1",
    description: "Processors of the scoring container (Container Instances)",
  },
  containerMemoryGiB: {
    schema: count(1, 16),
    default: "2",
    description: "Memory of the scoring container, GiB (Container Instances)",
  },
  ...kubernetesSettings,
  host: {
    schema: text(/^(?=.{4,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/, "expected a DNS name"),
    optional: true,
    description: "DNS name of the scoring service on AKS; inside the network only without it",
  },
  certificate: {
    schema: text(/^[A-Za-z0-9-]{1,127}$/, "expected the name of a certificate"),
    optional: true,
    description: "Certificate for it, in the stack's Key Vault",
  },
  network: {
    schema: choice(["public", "private"]),
    default: "public",
    description: "private puts storage, vault, registry, workspace and scoring behind private endpoints",
  },
  addressSpace: {
    // 10.0 and 10.244 are those that AKS gives services and pods, 172.17 that of containers on a node.
    schema: text(
      /^(?!10\.0\.|10\.244\.|172\.17\.)(10|172|192)(\.\d{1,3}){2}\.0\/16$/,
      "expected a /16 network, as in 10.40.0.0/16, and none of 10.0.0.0, 10.244.0.0 and 172.17.0.0, which AKS uses itself",
    ),
    default: "10.40.0.0/16",
    description: "Addresses of the private network",
  },
  customerManagedKeys: {
    schema: flag,
    default: "false",
    description: "Encrypts storage, registry and workspace with a key of your own in the vault",
  },
  signing: {
    schema: flag,
    default: "false",
    description:
      "Makes a key in the vault that training signs versions with, and who releases signs images with",
  },
  trustedKeys: {
    schema: publicKeys,
    optional: true,
    description:
      "Public keys in PEM: only versions and images that one of them has signed are compared with, deployed and served",
  },
  protect: {
    schema: flag,
    default: "false",
    description: "Whether storage, vault and registry refuse to be removed, by whatever update",
  },
  softDeleteDays: {
    schema: count(7, 90),
    default: "90",
    description: "Days that a deleted vault can be recovered, and keeps its name",
  },
  logDays: { schema: count(30, 730), default: "30", description: "Days that logs are kept" },
  predictionLogDays: {
    schema: count(1, 3650),
    default: "365",
    description: "Days that the prediction log is kept, then it is deleted (data protection)",
  },
  predictionLogRedact: {
    schema: list(/^[A-Za-z_][\w.-]{0,127}$/, "columns"),
    default: "",
    description: "Features that are never written, as they may identify a person",
  },
  dataRegions: {
    schema: list(/^[a-z0-9]{4,30}$/, "regions"),
    default: "",
    description: "Regions in which resources may be (default: the stack's own), enforced by Azure Policy",
  },
  policyAssignments: {
    schema: flag,
    default: "true",
    description:
      "Whether Azure Policy holds the resource group to the rules; needs Resource Policy Contributor",
  },
  monthlyBudget: {
    schema: count(1, 10_000_000),
    description: "Money a month, in the subscription's currency, from which warnings go out",
    example: "200",
  },
  autoStop: {
    schema: text(/^([01]\d|2[0-3]):[0-5]\d$/, "expected a time, as in 19:00"),
    optional: true,
    description: "Time of day, UTC, at which the scoring container stops (Container Instances)",
  },
  latencyMs: {
    schema: count(1, 60_000),
    default: "500",
    description: "95th percentile of latency above which an alert goes out, ms",
  },
  failedRequests: {
    schema: count(1, 100_000),
    default: "5",
    description: "Failed requests in five minutes above which an alert goes out",
  },
  deployPrincipal: {
    schema: text(guid, "expected an object id"),
    optional: true,
    description: "Identity that updates this environment; the stack lets it keep the API keys in the vault",
  },
  releasePrincipal: {
    schema: text(guid, "expected an object id"),
    optional: true,
    description: "Identity that releases to this environment; the stack gives it the roles for that",
  },
  watchPrincipal: {
    schema: text(guid, "expected an object id"),
    optional: true,
    description:
      "Identity that looks at what was served, and scores files; the stack gives it the roles for that",
  },
  devOpsProject: {
    schema: text(/^[A-Za-z0-9][A-Za-z0-9-]{0,49}\/[^/\\:*?"<>|]{1,64}$/, "expected <organisation>/<project>"),
    optional: true,
    description: "Azure DevOps project whose release pipeline a registered model starts",
  },
  releasePipelineId: {
    schema: count(1, 1_000_000_000),
    optional: true,
    description: "Id of that pipeline; `npm run bootstrap` prints it",
  },
} as const satisfies Record<string, Setting>;
