import { createHash } from "node:crypto";
import { componentName } from "../../config/names";
import { sparkVariables, type SparkPlace } from "../../config/spark-place";

/**
 * The training pipeline's specifications for Azure Machine Learning, as pure functions. Inside `componentSpec` the wire
 * format is not that of Azure Resource Manager: members are snake_case, and input values are always strings. Azure does not
 * check this before a job runs, so test/infra/components/training/training-specs.test.ts does.
 */

type Folders = Readonly<Record<string, { readonly type: "uri_folder" }>>;

/** A step as a command component; the image contains the code. */
export interface CommandSpec {
  readonly $schema: string;
  readonly type: "command";
  readonly name: string;
  readonly display_name: string;
  readonly description: string;
  readonly is_deterministic: false;
  readonly inputs: Folders;
  readonly outputs?: Folders;
  readonly environment: string;
  readonly command: string;
}

/** A step in the pipeline: its compute, inputs and environment variables. Its component defines the outputs. */
export interface PipelineJob {
  readonly name: string;
  readonly type: "command";
  readonly componentId: string;
  readonly computeId: string;
  readonly limits: { readonly timeout: string; readonly job_limits_type: "Command" };
  readonly identity: { readonly identity_type: "Managed"; readonly client_id: string };
  readonly environment_variables: Readonly<Record<string, string>>;
  readonly inputs: Readonly<Record<string, { readonly job_input_type: "literal"; readonly value: string }>>;
  readonly _source: "REMOTE.WORKSPACE.COMPONENT";
}

export interface PipelineSpec {
  readonly $schema: string;
  readonly type: "pipeline";
  readonly name: string;
  readonly display_name: string;
  readonly description: string;
  readonly is_deterministic: false;
  readonly inputs: Folders;
  readonly jobs: Readonly<Record<string, PipelineJob>>;
  readonly _source: "YAML.COMPONENT";
}

/** Name of the pipeline's only input, the data folder. */
export const dataInput = "training_data";

interface Step {
  readonly title: string;
  readonly description: string;
  /** Input folders by flag: the pipeline's data, or the output of another step, which the step then waits for. */
  readonly reads: Readonly<Record<string, "data" | `${StepName}.${string}`>>;
  /** Name of its output folder, and of the flag for it. */
  readonly writes?: string;
}

export const stepNames = ["check", "train", "evaluate", "register"] as const;
export type StepName = (typeof stepNames)[number];

/** The pipeline: `mlops job <step>` of training/job/job-command.ts, four times. */
const steps: Readonly<Record<StepName, Step>> = {
  check: {
    title: "Check the data",
    description: "Checks the data against the model's definition and the champion's reference sample",
    reads: { data: "data" },
    writes: "report",
  },
  train: {
    title: "Train",
    description: "Trains a candidate on the data that was checked",
    reads: { data: "data", checked: "check.report" },
    writes: "candidate",
  },
  evaluate: {
    title: "Evaluate",
    description: "Compares the candidate with the champion on the same rows",
    reads: { data: "data", candidate: "train.candidate" },
    writes: "decision",
  },
  register: {
    title: "Register",
    description: "Registers the candidate as the model's next version, if the gate let it pass",
    reads: { candidate: "train.candidate", decision: "evaluate.decision" },
  },
};

const schema = (kind: "command" | "pipeline"): string =>
  `https://azuremlschemas.azureedge.net/latest/${kind}Component.schema.json`;
const folder = { type: "uri_folder" } as const;
const foldersOf = (names: readonly string[]): Folders =>
  Object.fromEntries(names.map((name) => [name, folder]));

/**
 * A step as a component. The code is in the image. Results are never reused from an earlier run, because each step reads
 * the current files of the data folder or the registry's champion, not only its declared inputs.
 */
export function commandSpec(model: string, name: StepName, environmentId: string): CommandSpec {
  const { title, description, reads, writes } = steps[name];
  const flags = [
    ...Object.keys(reads).map((flag) => `--${flag} \${{inputs.${flag}}}`),
    ...(writes === undefined ? [] : [`--${writes} \${{outputs.${writes}}}`]),
  ];
  return {
    $schema: schema("command"),
    type: "command",
    name: componentName(model, name),
    display_name: title,
    description,
    is_deterministic: false,
    inputs: foldersOf(Object.keys(reads)),
    ...(writes !== undefined && { outputs: foldersOf([writes]) }),
    environment: `azureml:${environmentId}`,
    command: `node --enable-source-maps /srv/app/main.js job ${name} --model ${model} ${flags.join(" ")}`,
  };
}

export interface PipelineFacts {
  readonly model: string;
  readonly componentIds: Readonly<Record<StepName, string>>;
  readonly computeId: string;
  /** Client id of the nodes' identity. */
  readonly clientId: string;
  readonly stepTimeoutMinutes: number;
  readonly evaluation: "on" | "off";
  readonly onNoPromotion: "cancel" | "continue";
  /** Comma-separated columns whose population may differ from the champion's rows. */
  readonly acceptPopulation?: string | undefined;
  /** Comma-separated columns whose change may refuse requests that the champion answers. */
  readonly acceptBreaking?: string | undefined;
  /** URI of the key that signs versions. */
  readonly signingKey?: string | undefined;
  /** Public keys in PEM; one of them must have signed the champion. */
  readonly trustedKeys?: string | undefined;
  /** Where the steps have the work on data done, if not on their nodes. */
  readonly spark?: SparkPlace | undefined;
  /** Storage of the training data's versions: URL of a blob container and a path in it. */
  readonly dataVersions: string;
  /** URL of the audit trail's container. */
  readonly audit: string;
}

/** The pipeline component that the endpoint and the schedule run: the steps, connected by their folders. */
export function pipelineSpec(facts: PipelineFacts): PipelineSpec {
  return {
    $schema: schema("pipeline"),
    type: "pipeline",
    name: componentName(facts.model, "retraining"),
    display_name: `Retrain ${facts.model}`,
    description: "Checks the data, trains a candidate, compares it with the champion and registers it",
    is_deterministic: false,
    inputs: foldersOf([dataInput]),
    jobs: Object.fromEntries(stepNames.map((name) => [name, pipelineJob(name, facts)])),
    _source: "YAML.COMPONENT",
  };
}

function pipelineJob(name: StepName, facts: PipelineFacts): PipelineJob {
  const inputs = Object.entries(steps[name].reads).map(([flag, from]) => {
    const [step, output] = from.split(".");
    const value =
      from === "data" ? `\${{parent.inputs.${dataInput}}}` : `\${{parent.jobs.${step}.outputs.${output}}}`;
    return [flag, { job_input_type: "literal", value }] as const;
  });
  return {
    name,
    type: "command",
    componentId: facts.componentIds[name],
    // Set on every step, because an endpoint loses the pipeline's default compute (Azure/azure-sdk-for-python#41952).
    computeId: facts.computeId,
    limits: { timeout: `PT${facts.stepTimeoutMinutes}M`, job_limits_type: "Command" },
    identity: { identity_type: "Managed", client_id: facts.clientId },
    environment_variables: {
      // Nodes can have several identities; the step's Azure clients sign in with this one.
      AZURE_CLIENT_ID: facts.clientId,
      MLOPS_EVALUATION: facts.evaluation,
      MLOPS_ON_NO_PROMOTION: facts.onNoPromotion,
      ...(facts.acceptPopulation !== undefined && { MLOPS_ACCEPT_POPULATION: facts.acceptPopulation }),
      ...(facts.acceptBreaking !== undefined && { MLOPS_ACCEPT_BREAKING: facts.acceptBreaking }),
      ...(facts.signingKey !== undefined && { MLOPS_SIGNING_KEY: facts.signingKey }),
      ...(facts.trustedKeys !== undefined && { MLOPS_TRUSTED_KEYS: facts.trustedKeys }),
      ...sparkVariables(facts.spark),
      MLOPS_DATA_VERSIONS: facts.dataVersions,
      MLOPS_AUDIT: facts.audit,
    },
    inputs: Object.fromEntries(inputs),
    _source: "REMOTE.WORKSPACE.COMPONENT",
  };
}

/** Resource id of a compute cluster, whether or not it exists; the pipeline needs it while `compute` is off. */
export function computeId(workspaceId: string, name: string): string {
  return `${workspaceId}/computes/${name}`;
}

/** URI of a datastore folder, in the long form that also works outside the workspace. */
export function folderUri(workspaceId: string, datastore: string, folderPath: string): string {
  const place = workspaceId
    .replace(/\/providers\/Microsoft\.MachineLearningServices/i, "")
    .replace(/^\//, "")
    .replace("/resourceGroups/", "/resourcegroups/");
  return `azureml://${place}/datastores/${datastore}/paths/${folderPath}/`;
}

/** Twelve hex digits of a content's SHA-256, without the workspace id, so that every workspace gives the same digest. */
export function contentDigest(content: unknown, workspaceId = ""): string {
  const text = JSON.stringify(content);
  const placeless = workspaceId === "" ? text : text.replaceAll(workspaceId, "");
  return createHash("sha256").update(placeless).digest("hex").slice(0, 12);
}
