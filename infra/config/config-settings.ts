import { z } from "zod";
import { sampleModel } from "../../platform/release/default-model";
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
  privateNetwork,
  text,
  vmSize,
  type Setting,
} from "./config-values";
import { kubernetesSettings } from "./kubernetes-settings";
import { retentionSettings } from "./retention-settings";
import { securitySettings } from "./security-settings";
import { sparkSettings } from "./spark-settings";
import { webSettings } from "./web-settings";

const name = /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$/;

/** All settings of a stack, `mlops:<key>`; `npm run infra:docs` writes them into docs/reference/stack-settings.md. */
export const settings = {
  owner: {
    schema: text(name, "expected a person or team"),
    description: "Person or team responsible for the environment; a tag on every resource",
    example: "team-risk",
  },
  costCentre: {
    schema: text(name, "expected a name or number"),
    description: "Cost centre that pays for the environment; a tag on every resource",
    example: "4711",
  },
  alertEmail: {
    schema: email,
    description: "E-mail address for alerts and budget warnings",
    example: "ops@example.com",
  },
  operators: {
    schema: list(guid, "object ids of Entra groups"),
    default: "",
    description: "Entra groups that can administer the cluster and read the predictions",
  },
  model: {
    schema: modelName,
    default: sampleModel,
    description: "Model that the stack trains and serves; a folder in models/",
  },
  scoring: {
    schema: choice(["containers", "kubernetes"]),
    description: "Serving platform: Container Instances, or AKS with canary releases",
    example: "containers",
  },
  scoringAudience: {
    schema: text(/^[\x21-\x7e]{1,200}$/, "expected the application ID URI of an Entra application"),
    optional: true,
    description:
      "Entra application that callers request tokens for; without it, callers use one of two API keys",
  },
  scoringRole: {
    schema: text(/^[\x21-\x7e]{1,120}$/, "expected the name of a role, without spaces"),
    default: "Score",
    description: "App role or scope of that application that a caller's token must have",
  },
  keyRotation: {
    schema: generations,
    default: "1/1",
    description: "Generation of the first and second API key; raise one to regenerate that key",
  },
  trainingImage: {
    schema: pinnedImage,
    optional: true,
    description: "Training image that a build has pushed; without it, the update builds the image",
  },
  nodeImage: {
    schema: pinnedImage,
    optional: true,
    description: "Base image of the images that the update builds (default: the tag node:24-bookworm-slim)",
  },
  scoringPackage: {
    schema: z.string().min(1),
    optional: true,
    description:
      "Folder of a package (`mlops package`) from which the update builds and pushes a scoring image",
  },
  registryLogin: {
    schema: choice(["entra", "docker"]),
    default: "entra",
    description:
      "Login for pushing images: the identity that runs the update, or the Docker client's own login",
  },
  compute: {
    schema: flag,
    default: "true",
    description: "Whether the training clusters exist; false removes them and nothing else",
  },
  computeVmSize: {
    schema: vmSize,
    default: "Standard_DS3_v2",
    description: "VM size of the training cluster",
  },
  computePriority: {
    schema: choice(["low", "dedicated"]),
    default: "low",
    description: "Low-priority nodes cost about a fifth, but Azure can preempt them during a run",
  },
  computeMinNodes: {
    schema: count(0, 100),
    default: "0",
    description: "Minimum nodes of a training cluster, kept while nothing runs",
  },
  computeMaxNodes: {
    schema: count(1, 100),
    default: "2",
    description: "Maximum nodes of a training cluster",
  },
  computeIdleMinutes: {
    schema: count(1, 1440),
    default: "2",
    description: "Minutes after which an idle node is released",
  },
  gpuVmSize: {
    schema: vmSize,
    optional: true,
    description: "VM size of a second training cluster, with GPUs; without it, there is no such cluster",
  },
  trains: {
    schema: flag,
    optional: true,
    description:
      "Whether the schedule and new data start training (default: only in the first environment of environments.yml)",
  },
  schedule: {
    schema: cron,
    default: "0 3 * * 1",
    description: "Cron expression for retraining, in UTC: minute, hour, *, *, weekday",
  },
  scheduleEnabled: {
    schema: flag,
    default: "true",
    description: "Whether the schedule is enabled; disable it and update the stack before you remove it",
  },
  retrainingsPerWeek: {
    schema: count(0, 100),
    default: "0",
    description: "Most retrainings in seven days that drift or fallen performance may start; 0 only alerts",
  },
  stepTimeoutMinutes: {
    schema: count(5, 1440),
    default: "60",
    description: "Timeout of one training step, in minutes",
  },
  evaluation: {
    schema: choice(["on", "off"]),
    default: "on",
    description: "Whether candidates are compared with the champion; off registers them without",
  },
  onNoPromotion: {
    schema: choice(["cancel", "continue"]),
    default: "cancel",
    description: "Whether a candidate that is not better is dropped (cancel) or registered anyway (continue)",
  },
  acceptPopulation: {
    schema: text(/^[^\s,]+(,[^\s,]+)*$/, "expected columns, separated by commas, or all"),
    optional: true,
    description: "Columns whose population may differ from the champion's rows; `all` accepts every column",
  },
  acceptBreaking: {
    schema: text(/^[^\s,]+(,[^\s,]+)*$/, "expected columns, separated by commas, or all"),
    optional: true,
    description:
      "Columns whose change may refuse requests that the champion answers; `all` accepts every column",
  },
  ...sparkSettings,
  containerCpu: {
    schema: count(1, 4),
    default: "1",
    description: "CPUs of the scoring container (Container Instances)",
  },
  containerMemoryGiB: {
    schema: count(1, 16),
    default: "2",
    description: "Memory of the scoring container in GiB (Container Instances)",
  },
  ...kubernetesSettings,
  host: {
    schema: text(/^(?=.{4,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/, "expected a DNS name"),
    optional: true,
    description: "DNS name of your own for the scoring service on AKS, instead of that of its public address",
  },
  certificate: {
    schema: text(/^[A-Za-z0-9-]{1,127}$/, "expected the name of a certificate"),
    optional: true,
    description: "Name of the certificate for `host` in the stack's key vault",
  },
  network: {
    schema: choice(["public", "private"]),
    default: "public",
    description:
      "private uses private endpoints for storage, vault, registry and workspace, and scores in the network",
  },
  addressSpace: {
    schema: privateNetwork,
    default: "10.40.0.0/16",
    description: "Address space of the private network",
  },
  ...securitySettings,
  ...retentionSettings,
  ...webSettings,
  dataRegions: {
    schema: list(/^[a-z0-9]{4,30}$/, "regions"),
    default: "",
    description: "Regions allowed for resources (default: the stack's own), enforced by Azure Policy",
  },
  policyAssignments: {
    schema: flag,
    default: "true",
    description:
      "Whether Azure Policy enforces the rules on the resource group; needs Resource Policy Contributor",
  },
  monthlyBudget: {
    schema: count(1, 10_000_000),
    description: "Monthly budget in the subscription's currency; its warnings go to `alertEmail`",
    example: "200",
  },
  autoStop: {
    schema: text(/^([01]\d|2[0-3]):[0-5]\d$/, "expected a time, such as 19:00"),
    optional: true,
    description: "Time of day, in UTC, at which the scoring container stops (Container Instances)",
  },
  latencyMs: {
    schema: count(1, 60_000),
    default: "500",
    description: "Alert threshold for the 95th percentile of latency, in ms",
  },
  failedRequests: {
    schema: count(1, 100_000),
    default: "5",
    description: "Alert threshold for failed requests in five minutes",
  },
  deployPrincipal: {
    schema: text(guid, "expected an object id"),
    optional: true,
    description: "Object id of the identity that updates the environment; the stack assigns its role",
  },
  releasePrincipal: {
    schema: text(guid, "expected an object id"),
    optional: true,
    description: "Object id of the identity that releases to the environment; the stack assigns its roles",
  },
  watchPrincipal: {
    schema: text(guid, "expected an object id"),
    optional: true,
    description: "Object id of the identity that monitors and scores files; the stack assigns its roles",
  },
  devOpsProject: {
    schema: text(/^[A-Za-z0-9][A-Za-z0-9-]{0,49}\/[^/\\:*?"<>|]{1,64}$/, "expected <organisation>/<project>"),
    optional: true,
    description: "Azure DevOps project whose release pipeline a registered model starts",
  },
  releasePipelineId: {
    schema: count(1, 1_000_000_000),
    optional: true,
    description: "Id of that pipeline; `npm run bootstrap` sets it",
  },
} as const satisfies Record<string, Setting>;
