import type { CommandSpec, PipelineSpec } from "../../../infra/components/training/training-specs";
import type { StateResource } from "./stack-facts";

interface PublishedStep {
  readonly image: string;
  readonly command: string;
  /** By the name of an input, the folder of the job that it is: the data, or an output of another step. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

/** A pipeline as a stack has published it: what Azure Machine Learning knows of it. */
export interface PublishedPipeline {
  readonly workspaceId: string;
  readonly trackingUri: string;
  /** By their names; what one reads of another says which comes first. */
  readonly steps: Readonly<Record<string, PublishedStep>>;
  readonly datastores: Readonly<Record<string, { readonly account: string; readonly container: string }>>;
}

interface Properties {
  readonly properties: Readonly<Record<string, unknown>>;
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** `${{parent.inputs.x}}` is the data; `${{parent.jobs.step.outputs.x}}` is the folder `step.x`. */
function folderOf(value: string): string {
  const [, step, output] = /^\$\{\{parent\.jobs\.(\w+)\.outputs\.(\w+)\}\}$/.exec(value) ?? [];
  return step === undefined ? "data" : `${step}.${output}`;
}

/** What the deployment of an endpoint runs, from the state of the stack that has made it. */
export function publishedPipeline(
  resources: readonly StateResource[],
  deployment: string,
): PublishedPipeline | undefined {
  const all = (kind: string): readonly StateResource[] =>
    resources.filter(({ type }) => type.endsWith(`:${kind}`));
  const specOf = <T>(id: unknown): T => {
    const found = all("ComponentVersion").find((each) => each.id === id);
    if (found === undefined) throw new Error(`there is no component ${String(id)}`);
    return (found.inputs as unknown as Properties).properties.componentSpec as T;
  };
  const imageOf = (environment: string): string => {
    const found = all("EnvironmentVersion").find(({ id }) => environment === `azureml:${id}`);
    return textOf((found?.inputs as Properties | undefined)?.properties.image);
  };
  const deployed = all("BatchDeployment").find(({ inputs }) => inputs?.deploymentName === deployment);
  const [workspace] = resources.filter(({ type }) => /:machinelearningservices.*:Workspace$/.test(type));
  if (deployed === undefined || workspace?.id === undefined) return undefined;
  const { deploymentConfiguration } = (deployed.inputs as unknown as Properties).properties as {
    deploymentConfiguration: { componentId: { assetId: string } };
  };
  const pipeline = specOf<PipelineSpec>(deploymentConfiguration.componentId.assetId);
  const steps = Object.entries(pipeline.jobs).map(([name, job]) => {
    const { environment, command, outputs = {} } = specOf<CommandSpec>(job.componentId);
    const inputs = Object.entries(job.inputs).map(([input, { value }]) => [input, folderOf(value)] as const);
    const step: PublishedStep = {
      image: imageOf(environment),
      command,
      inputs: Object.fromEntries(inputs),
      outputs: Object.keys(outputs),
      variables: job.environment_variables,
    };
    return [name, step] as const;
  });
  const datastores = all("Datastore").map(({ inputs }) => {
    const { name, properties } = inputs as unknown as { name: string } & Properties;
    const place = { account: textOf(properties.accountName), container: textOf(properties.containerName) };
    return [name, place] as const;
  });
  return {
    workspaceId: workspace.id,
    trackingUri: textOf(workspace.outputs?.mlFlowTrackingUri),
    steps: Object.fromEntries(steps),
    datastores: Object.fromEntries(datastores),
  };
}
