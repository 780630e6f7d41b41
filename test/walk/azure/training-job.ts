import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ContainerClient } from "@azure/storage-blob";
import { docker } from "../../containers/engine";
import type { MlflowRuns } from "./mlflow-runs";
import type { PublishedPipeline } from "./published-pipeline";

/** A step of a job, as it is now. */
export interface JobStep {
  readonly name: string;
  readonly runId: string;
  status: "Running" | "Completed" | "Failed";
  log: string;
}

/** What a node of the compute has. */
export interface TrainingMeans {
  readonly pipelineOf: (deployment: string) => PublishedPipeline | undefined;
  readonly container: (account: string, name: string) => Promise<ContainerClient>;
  /** Where an image is that is known by a name of Azure's. */
  readonly imageOf: (name: string) => string;
  /** Variables of the identity of the nodes, and what reaches Azure's hosts. */
  readonly env: () => Readonly<Record<string, string>>;
  readonly address: string;
  readonly isAzure: (host: string) => boolean;
}

export interface TrainingRun {
  readonly pipeline: PublishedPipeline;
  readonly runs: MlflowRuns;
  /** Id of the job's own run. */
  readonly root: string;
  /** Of the folder of a datastore. */
  readonly dataUri: string;
  /** Filled as they run. */
  readonly steps: JobStep[];
}

/** Where folders are in a step's container. */
const inside = "/mnt/azureml";

/** Mounts a folder of a datastore: here, a copy of its files. */
async function copyData(
  uri: string,
  { pipeline }: TrainingRun,
  means: TrainingMeans,
  to: string,
): Promise<void> {
  const [, datastore = "", prefix = ""] = /\/datastores\/([^/]+)\/paths\/(.*)$/.exec(uri) ?? [];
  const place = pipeline.datastores[datastore];
  if (place === undefined) throw new Error(`${uri} is of no datastore of the workspace`);
  const container = await means.container(place.account, place.container);
  for await (const { name } of container.listBlobsFlat({ prefix })) {
    const file = path.join(to, name.slice(prefix.length));
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, await container.getBlobClient(name).downloadToBuffer());
  }
}

/** The steps whose outputs a step reads: they come first. */
function producersOf({ steps }: PublishedPipeline, name: string): string[] {
  const folders = Object.values(steps[name]?.inputs ?? {});
  return folders.flatMap((folder) => (folder.includes(".") ? [folder.split(".")[0] ?? ""] : []));
}

/** Runs the steps of a pipeline, one at a time, each in its image; false when one fails, and then no further one is run. */
export async function runTrainingJob(run: TrainingRun, means: TrainingMeans): Promise<boolean> {
  const folder = await mkdtemp(path.join(tmpdir(), "mlops-job-"));
  try {
    await mkdir(path.join(folder, "data"));
    await copyData(run.dataUri, run, means, path.join(folder, "data"));
    const left = new Set(Object.keys(run.pipeline.steps));
    while (left.size > 0) {
      const name = [...left].find((each) =>
        producersOf(run.pipeline, each).every((other) => !left.has(other)),
      );
      if (name === undefined) throw new Error(`${[...left].join(", ")} wait for one another`);
      if (!(await runStep(name, { run, means, folder }))) return false;
      left.delete(name);
    }
    return true;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runStep(
  name: string,
  { run, means, folder }: { run: TrainingRun; means: TrainingMeans; folder: string },
): Promise<boolean> {
  const { pipeline, runs, root, steps } = run;
  const definition = pipeline.steps[name];
  if (definition === undefined) throw new Error(`the pipeline has no step ${name}`);
  const step: JobStep = { name, runId: await runs.start(name, root), status: "Running", log: "" };
  steps.push(step);
  for (const output of definition.outputs) {
    const place = path.join(folder, `${name}.${output}`);
    await mkdir(place);
  }
  const command = definition.command
    .replaceAll(/\$\{\{inputs\.(\w+)\}\}/g, (_, input: string) => `${inside}/${definition.inputs[input]}`)
    .replaceAll(/\$\{\{outputs\.(\w+)\}\}/g, (_, output: string) => `${inside}/${name}.${output}`);
  const variables = {
    ...definition.variables,
    ...means.env(),
    NODE_EXTRA_CA_CERTS: "/azure.pem",
    MLFLOW_TRACKING_URI: pipeline.trackingUri,
    MLFLOW_EXPERIMENT_ID: await runs.experimentId(),
    MLFLOW_EXPERIMENT_NAME: runs.experimentName,
    MLFLOW_RUN_ID: step.runId,
    AZUREML_RUN_ID: step.runId,
    AZUREML_ROOT_RUN_ID: root,
  };
  const hosts = Object.values(variables)
    .flatMap((value) => [...value.matchAll(/(?:https|azureml):\/\/([\w.-]+)/g)].map(([, host = ""]) => host))
    .filter(means.isAzure);
  const { code, stdout, stderr } = await docker(
    ...["run", "--rm", "--network", "host", "--volume", `${folder}:${inside}`],
    ...["--volume", `${means.env().NODE_EXTRA_CA_CERTS}:/azure.pem:ro`],
    ...[...new Set(hosts)].flatMap((host) => ["--add-host", `${host}:${means.address}`]),
    ...Object.entries(variables).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
    // A node starts the command of a component by a shell, as the image's own user.
    ...[means.imageOf(definition.image), "/bin/sh", "-c", command],
  );
  step.log = `${stdout}\n${stderr}\n`;
  step.status = code === 0 ? "Completed" : "Failed";
  await runs.end(step.runId, code === 0);
  return code === 0;
}
