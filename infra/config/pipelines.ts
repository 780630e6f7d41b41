import type * as pulumi from "@pulumi/pulumi";
import type { Environments } from "../../platform/release/environments";
import type { Variables } from "./environment";
import { pipelineFile, type PipelineFile } from "./pipeline-files";

/**
 * What an identity is for: to look at what would change; to change an environment; to change what serves in one; to look
 * at what was served.
 */
export type Duty = "preview" | "deploy" | "release" | "watch";

/** Environments by what they are for: the first trains, the last is production. */
type Which = "training" | "production" | "every";

/** A pipeline, and what opens to it: nothing else in the project does. */
export interface Pipeline {
  readonly name: string;
  readonly path: string;
  /** Whom its jobs sign in as: who may only look at all stacks, or who has a duty in these environments. */
  readonly signsIn: readonly ("preview" | `${Exclude<Duty, "preview">} ${Which}`)[];
  /** Environments in Azure DevOps that its jobs pass through, with their checks. */
  readonly passes: readonly ("infra" | Which)[];
  /** Whether it reads secret variables. */
  readonly secrets: boolean;
}

type Reach = Partial<Pick<Pipeline, "signsIn" | "passes" | "secrets">>;

/** By the file in pipelines/ that each runs. That of pull requests runs code that nobody has read yet. */
const reaches: Readonly<Record<string, Reach>> = {
  pr: { signsIn: ["preview"] },
  build: { signsIn: ["deploy training", "release training"], passes: ["training"] },
  retrain: { signsIn: ["release training"] },
  release: { signsIn: ["release every"], passes: ["every"], secrets: true },
  batch: { signsIn: ["watch production"] },
  monitor: { signsIn: ["watch production"] },
  nightly: {},
  infra: { signsIn: ["preview", "deploy every"], passes: ["infra"] },
  teardown: { signsIn: ["deploy every"], passes: ["infra"] },
};

/** All pipelines. */
export const pipelines: readonly Pipeline[] = Object.entries(reaches).map(
  ([file, { signsIn = [], passes = [], secrets = false }]) => ({
    name: `mlops-${file}`,
    path: `/pipelines/${file}.yml`,
    signsIn,
    passes,
    secrets,
  }),
);

/** What an environment is, of those there are, in their order. */
function kindsOf(environment: string, environments: readonly string[]): Which[] {
  const kinds: Which[] = ["every"];
  if (environment === environments[0]) kinds.push("training");
  if (environment === environments.at(-1)) kinds.push("production");
  return kinds;
}

/** Names of the pipelines that sign in with a duty in an environment. `environments` in their order. */
export function signedInto(
  duty: Exclude<Duty, "preview">,
  environment: string,
  environments: readonly string[],
): string[] {
  const wanted = kindsOf(environment, environments).map((kind) => `${duty} ${kind}` as const);
  return pipelines
    .filter(({ signsIn }) => wanted.some((each) => signsIn.includes(each)))
    .map(({ name }) => name);
}

/** Names of the pipelines that pass the checks of an environment. `environments` in their order. */
export function passedBy(environment: string, environments: readonly string[]): string[] {
  const kinds = kindsOf(environment, environments);
  return pipelines
    .filter(({ passes }) => kinds.some((kind) => passes.includes(kind)))
    .map(({ name }) => name);
}

/** Identity and service connection of previews. */
export const previewName = "mlops-preview";

/** Name of an environment in Azure DevOps, and of the identity and service connection by which it is made. */
export function environmentName(environment: string): string {
  return `mlops-${environment}`;
}

/** Name of the identity and service connection that have a duty in an environment. */
export function signInName(duty: Exclude<Duty, "preview">, environment: string): string {
  return duty === "deploy" ? environmentName(environment) : `${environmentName(environment)}-${duty}`;
}

/** Environment in Azure DevOps that making and removing stacks passes through. */
export const infraEnvironment = "mlops-infra";

/** A pipeline as a stack has it: all that a definition in Azure DevOps, or in another system, is made with. */
export interface PipelineOfStack extends PipelineFile {
  /** Service connections of this stack, and of previews, that it signs in by. */
  readonly serviceConnections: readonly string[];
  /** Environments in Azure DevOps that it passes through for this stack. */
  readonly environments: readonly string[];
  /** Values of the pipeline's variables for this stack. */
  readonly variables: Readonly<Record<string, pulumi.Input<string>>>;
}

/** The pipelines that open to a stack, with its names filled in, by name. */
export function pipelinesOf(
  stack: string,
  {
    cli,
    model,
    environments,
  }: { readonly cli: Variables; readonly model: string; readonly environments: Environments },
): Readonly<Record<string, PipelineOfStack>> {
  const { names } = environments;
  const duties = ["deploy", "release", "watch"] as const;
  return Object.fromEntries(
    pipelines.flatMap(({ name, path, signsIn, passes }) => {
      const connections = duties
        .filter((duty) => signedInto(duty, stack, names).includes(name))
        .map((duty) => signInName(duty, stack));
      if (signsIn.includes("preview")) connections.unshift(previewName);
      if (connections.length === 0) return [];
      const passed = passedBy(stack, names).includes(name) ? [environmentName(stack)] : [];
      const pipeline = {
        ...pipelineFile(path, { stack, model, environments }),
        serviceConnections: connections,
        environments: passes.includes("infra") ? [infraEnvironment] : passed,
        variables: { STACK: stack, MODEL: model, ...cli },
      };
      return [[name, pipeline]];
    }),
  );
}
