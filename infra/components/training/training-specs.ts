import { createHash } from "node:crypto";
import { componentName } from "../../config/names";

/**
 * What Azure Machine Learning is told of the training pipeline, as pure functions. Inside `componentSpec` the wire form is
 * not that of Azure Resource Manager: members are snake_case, and values of inputs are strings, whatever they mean. Nothing checks that
 * before a job runs, so test/infra/components/training/training-specs.test.ts does.
 */

type Folders = Readonly<Record<string, { readonly type: "uri_folder" }>>;

/** A step, in the image that has the code. */
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

/** A step in its place: its nodes, what it reads, what is set in its environment. What it writes is as its component says. */
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

/** The name of the pipeline's one input: the folder of the data. */
export const dataInput = "training_data";

interface Step {
  readonly title: string;
  readonly description: string;
  /** Flags of the step's folders: the pipeline's data, or the output of another step. What it reads from it waits for. */
  readonly reads: Readonly<Record<string, "data" | `${StepName}.${string}`>>;
  /** The folder that it fills, which is its flag and its output. */
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
 * A step as a component. The code is in the image. Its results are never taken from an earlier run: each reads what stands
 * now, the files in the data's folder or the registry's champion, and not only what its inputs say.
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
  /** Client id of the identity that the nodes have. */
  readonly clientId: string;
  readonly stepTimeoutMinutes: number;
  readonly evaluation: "on" | "off";
  readonly onNoPromotion: "cancel" | "continue";
  /** Columns, separated by commas, that may be of another population than in the champion's rows. */
  readonly acceptPopulation?: string | undefined;
  /** Columns, separated by commas, whose change may refuse requests that the champion answers. */
  readonly acceptBreaking?: string | undefined;
  /** The key that versions are signed with. */
  readonly signingKey?: string | undefined;
  /** Public keys in PEM, by one of which the champion has to be signed. */
  readonly trustedKeys?: string | undefined;
  /** Where the data that is trained on is kept: the address of a blob container, with a path below it. */
  readonly dataVersions: string;
}

/** The steps, tied together by their folders, as one component: what the endpoint and the schedule run. */
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
    // On every step: the pipeline's default compute is lost in an endpoint (Azure/azure-sdk-for-python#41952).
    computeId: facts.computeId,
    limits: { timeout: `PT${facts.stepTimeoutMinutes}M`, job_limits_type: "Command" },
    identity: { identity_type: "Managed", client_id: facts.clientId },
    environment_variables: {
      // Nodes may have several identities: this is the one that Azure's clients in the step sign in with.
      AZURE_CLIENT_ID: facts.clientId,
      MLOPS_EVALUATION: facts.evaluation,
      MLOPS_ON_NO_PROMOTION: facts.onNoPromotion,
      ...(facts.acceptPopulation !== undefined && { MLOPS_ACCEPT_POPULATION: facts.acceptPopulation }),
      ...(facts.acceptBreaking !== undefined && { MLOPS_ACCEPT_BREAKING: facts.acceptBreaking }),
      ...(facts.signingKey !== undefined && { MLOPS_SIGNING_KEY: facts.signingKey }),
      ...(facts.trustedKeys !== undefined && { MLOPS_TRUSTED_KEYS: facts.trustedKeys }),
      MLOPS_DATA_VERSIONS: facts.dataVersions,
    },
    inputs: Object.fromEntries(inputs),
    _source: "REMOTE.WORKSPACE.COMPONENT",
  };
}

/** Id of a compute that may, or may not, be there: a pipeline names it while `compute` is off. */
export function computeId(workspaceId: string, name: string): string {
  return `${workspaceId}/computes/${name}`;
}

/** A folder of a datastore, in the form that is understood outside the workspace too. */
export function folderUri(workspaceId: string, datastore: string, folderPath: string): string {
  const place = workspaceId
    .replace(/\/providers\/Microsoft\.MachineLearningServices/i, "")
    .replace(/^\//, "")
    .replace("/resourceGroups/", "/resourcegroups/");
  return `azureml://${place}/datastores/${datastore}/paths/${folderPath}/`;
}

/** Twelve digits of what something says, the same in every workspace: where it is does not count. */
export function contentDigest(content: unknown, workspaceId = ""): string {
  const text = JSON.stringify(content);
  const placeless = workspaceId === "" ? text : text.replaceAll(workspaceId, "");
  return createHash("sha256").update(placeless).digest("hex").slice(0, 12);
}
