import type { MlopsPythonProject } from "./project";

/** What a value of the other project is here. */
export interface Counterpart {
  /** Its name in the other project, with the file for values that are no variables. */
  readonly name: string;
  readonly value: string;
  /** The stack setting that takes its place, and the value of that. */
  readonly setting?: { readonly key: string; readonly value: string; readonly stacks: Stacks };
  /** What does the same here, or why nothing does; none for a setting. */
  readonly note?: string;
}

/** Stacks that a setting is for: those with Container Instances, that with AKS, or all. */
type Stacks = "testing" | "production" | "all";

interface Rule {
  readonly key?: string;
  readonly stacks?: Stacks;
  /** The value here; nothing for one that has no place here, and `note` says why. */
  readonly convert?: (value: string) => string | undefined;
  readonly note?: string;
}

const asIs = (value: string): string => value;

const wholeNumber =
  (min: number, max: number) =>
  (value: string): string | undefined =>
    /^\d+$/.test(value) && Number(value) >= min && Number(value) <= max ? value : undefined;

const choice =
  (values: Readonly<Record<string, string>>) =>
  (value: string): string | undefined =>
    values[value.toLowerCase()];

/** `STANDARD_DS2_V2`, as Azure ML takes it, by the name that Azure's list has: `Standard_DS2_v2`. */
function vmSize(value: string): string | undefined {
  const [, family, count, suffix = "", version = ""] =
    /^standard_([a-z]+)(\d+(?:-\d+)?)([a-z]*)(_v\d+)?$/i.exec(value) ?? [];
  if (family === undefined || count === undefined) return undefined;
  return `Standard_${family.toUpperCase()}${count}${suffix.toLowerCase()}${version.toLowerCase()}`;
}

const named = "Resources are named after the project, the stack and the model.";
const batch = "`mlops score` and the pipeline mlops-batch score a file, without a cluster.";
const federated =
  "Pipelines sign in without a secret, as identities that the bootstrap makes. Revoke the old one.";
const contentVersions = "A model's data is a file or folder; its version is a digest of its content.";

/** By the name of the variable; a name may end in a star. */
const variableRules: Readonly<Record<string, Rule>> = {
  AML_COMPUTE_CLUSTER_CPU_SKU: { key: "computeVmSize", convert: vmSize },
  AML_CLUSTER_MIN_NODES: { key: "computeMinNodes", convert: wholeNumber(0, 100) },
  AML_CLUSTER_MAX_NODES: { key: "computeMaxNodes", convert: wholeNumber(1, 100) },
  AML_CLUSTER_PRIORITY: {
    key: "computePriority",
    convert: choice({ lowpriority: "low", dedicated: "dedicated" }),
  },
  RUN_EVALUATION: { key: "evaluation", convert: choice({ true: "on", false: "off" }) },
  ALLOW_RUN_CANCEL: { key: "onNoPromotion", convert: choice({ true: "cancel", false: "continue" }) },
  LOCATION: { note: "Option --location of the bootstrap." },
  SUBSCRIPTION_ID: { note: "Option --subscription of the bootstrap." },
  TENANT_ID: { note: "The tenant that you are signed in to." },
  SP_APP_ID: { note: federated },
  SP_APP_SECRET: { note: federated },
  SCORING_DATASTORE_STORAGE_NAME: { note: "Give `score` the file's URL; it signs in as its identity." },
  SCORING_DATASTORE_ACCESS_KEY: { note: "Give `score` the file's URL; it signs in as its identity." },
  "SCORING_*": { note: batch },
  "*_SCORING": { note: batch },
  "AML_ENV_SCORE*": { note: batch },
  AML_ENV_NAME_SCORE_COPY: { note: batch },
  "BATCHSCORE_*": { note: batch },
  USE_GPU_FOR_SCORING: { note: "Models of tables are scored on CPUs." },
  DATASET_NAME: { note: contentVersions },
  DATASET_VERSION: { note: contentVersions },
  DATASTORE_NAME: { note: "Training data lies in the container `data` of the stack's storage account." },
  MODEL_NAME: { note: "The name that you have given to `mlops init`." },
  MODEL_VERSION: { note: "The registry gives each version its number." },
  MODEL_PATH: { note: "A version is a model directory in the registry." },
  IMAGE_NAME: { note: "A scoring image is named after its model." },
  EXPERIMENT_NAME: { note: named },
  TRAINING_PIPELINE_NAME: { note: named },
  WORKSPACE_NAME: { note: named },
  RESOURCE_GROUP: { note: named },
  BASE_NAME: { note: named },
  AML_COMPUTE_CLUSTER_NAME: { note: named },
  DB_CLUSTER_ID: { note: "There is no training on Databricks." },
  SOURCES_DIR_TRAIN: { note: "A model is a folder in models/." },
  "*_SCRIPT_PATH": {
    note: "Evaluation and registration are steps of the product; only train.py can be yours.",
  },
  SCORE_SCRIPT: { note: "The scoring service needs no program: it reads requests by the model's signature." },
  "AML_ENV_*": { note: "The training image is built from the model's own packages." },
  AML_REBUILD_ENVIRONMENT: { note: "An image is built anew when its packages change." },
  BUILD_BUILDID: { note: "Lineage has the commit and the run." },
  BUILD_URI: { note: "Lineage has the commit and the run." },
};

const containerRules: Readonly<Record<string, Rule>> = {
  computeType: { note: "The first environment serves on Container Instances (setting `scoring`)." },
  "containerResourceRequirements.cpu": {
    key: "containerCpu",
    stacks: "testing",
    convert: wholeNumber(1, 4),
  },
  "containerResourceRequirements.memoryInGB": {
    key: "containerMemoryGiB",
    stacks: "testing",
    convert: wholeNumber(1, 16),
  },
  authEnabled: { note: "Callers always need a key or a token." },
  appInsightsEnabled: { note: "Application Insights is always there." },
};

const limitsOfProcess =
  "The service has limits of its own on time, waiting and requests at once: docs/reference/scoring-service.md.";

const kubernetesRules: Readonly<Record<string, Rule>> = {
  computeType: { note: "Production serves on AKS (setting `scoring`)." },
  "autoScaler.minReplicas": { key: "minReplicas", stacks: "production", convert: wholeNumber(1, 100) },
  "autoScaler.maxReplicas": { key: "maxReplicas", stacks: "production", convert: wholeNumber(1, 100) },
  "autoScaler.targetUtilization": {
    key: "targetCpuPercent",
    stacks: "production",
    convert: wholeNumber(10, 90),
  },
  "autoScaler.*": { note: "Kubernetes' own autoscaler is always on." },
  "containerResourceRequirements.*": {
    note: "The product sets the processors and memory of a pod.",
  },
  authEnabled: { note: "Callers always need a key or a token." },
  appInsightsEnabled: { note: "Application Insights is always there." },
  scoringTimeoutMs: { note: limitsOfProcess },
  maxConcurrentRequestsPerContainer: { note: limitsOfProcess },
  maxQueueWaitMs: { note: limitsOfProcess },
  sslEnabled: { note: "Set `host` and `certificate` for a name of your own." },
};

const isSecret = (name: string): boolean => /SECRET|PASSWORD|ACCESS_KEY|TOKEN/i.test(name);

function matches(pattern: string, name: string): boolean {
  if (pattern.startsWith("*")) return name.endsWith(pattern.slice(1));
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function counterpart(rules: Readonly<Record<string, Rule>>, name: string, value: string): Counterpart {
  const shown = { name, value: isSecret(name) ? "(a secret)" : value };
  const rule = rules[name] ?? Object.entries(rules).find(([pattern]) => matches(pattern, name))?.[1];
  if (rule === undefined) return { ...shown, note: "Not known: a variable of your own, perhaps." };
  const { key, stacks = "all", convert = asIs, note } = rule;
  if (key === undefined) return { ...shown, ...(note !== undefined && { note }) };
  const converted = convert(value);
  if (converted === undefined)
    return {
      ...shown,
      note: `The setting ${key} has no such value. docs/reference/stack-settings.md has those it has.`,
    };
  return { ...shown, setting: { key, value: converted, stacks } };
}

/** For each variable and each value of the deployment files, what it is here. */
export function findCounterparts(
  project: Pick<MlopsPythonProject, "variables" | "containers" | "kubernetes">,
): Counterpart[] {
  const of = (rules: Readonly<Record<string, Rule>>, values: Readonly<Record<string, string>>, file = "") =>
    Object.entries(values)
      // An empty variable was never filled in.
      .filter(([, value]) => value !== "")
      .map(([name, value]) => {
        const found = counterpart(rules, name, value);
        return file === "" ? found : { ...found, name: `${file}: ${name}` };
      });
  return [
    ...of(variableRules, project.variables),
    ...of(containerRules, project.containers, "deployment_config_aci.yml"),
    ...of(kubernetesRules, project.kubernetes, "deployment_config_aks.yml"),
  ];
}
