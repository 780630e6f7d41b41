import type * as pulumi from "@pulumi/pulumi";
import type { Variables } from "./environment";

/** What an identity is for: to look at what would change, or to change it. */
export type Duty = "preview" | "deploy";

/** Environments by what they are for: the first trains, the last is production. */
type Which = "training" | "production" | "every";

/** A pipeline, and what opens to it: nothing else in the project does. */
export interface Pipeline {
  readonly name: string;
  readonly path: string;
  /** Whom its jobs sign in as: who may only look, or who deploys to these environments. */
  readonly signsIn: readonly ("preview" | Which)[];
  /** Environments in Azure DevOps that its jobs pass through, with their checks. */
  readonly passes: readonly ("infra" | Which)[];
  /** Whether it reads secret variables. */
  readonly secrets: boolean;
}

type Reach = Partial<Pick<Pipeline, "signsIn" | "passes" | "secrets">>;

/** By the file in pipelines/ that each runs. That of pull requests runs code that nobody has read yet. */
const reaches: Readonly<Record<string, Reach>> = {
  pr: { signsIn: ["preview"] },
  build: { signsIn: ["training"], passes: ["training"] },
  retrain: { signsIn: ["training"] },
  release: { signsIn: ["every"], passes: ["every"], secrets: true },
  batch: { signsIn: ["production"] },
  monitor: { signsIn: ["production"] },
  infra: { signsIn: ["preview", "every"], passes: ["infra"] },
  teardown: { signsIn: ["every"], passes: ["infra"] },
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

/** Names of the pipelines to which something of an environment opens: its sign-in, or its checks. `environments` in their order. */
export function openTo(
  what: "signsIn" | "passes",
  environment: string,
  environments: readonly string[],
): string[] {
  const which: Which[] = ["every"];
  if (environment === environments[0]) which.push("training");
  if (environment === environments.at(-1)) which.push("production");
  return pipelines
    .filter((pipeline) => pipeline[what].some((each) => which.includes(each as Which)))
    .map(({ name }) => name);
}

/** Identity and service connection of previews. */
export const previewName = "mlops-preview";

/** Name of an environment's identity, service connection and environment in Azure DevOps. */
export function environmentName(environment: string): string {
  return `mlops-${environment}`;
}

/** Environment in Azure DevOps that making and removing stacks passes through. */
export const infraEnvironment = "mlops-infra";

/** A pipeline as a stack has it: what a definition in Azure DevOps, or in another system, is made with. */
export interface PipelineOfStack {
  readonly path: string;
  readonly serviceConnection: string;
  readonly environment: string;
  /** Values of the pipeline's variables for this stack. */
  readonly variables: Readonly<Record<string, pulumi.Input<string>>>;
}

/** The pipelines with a stack's names filled in, by name. */
export function pipelinesOf(
  stack: string,
  { cli, model }: { readonly cli: Variables; readonly model: string },
): Readonly<Record<string, PipelineOfStack>> {
  return Object.fromEntries(
    pipelines.map(({ name, path, signsIn, passes }) => [
      name,
      {
        path,
        serviceConnection: signsIn.every((each) => each === "preview") ? previewName : environmentName(stack),
        environment: passes.includes("infra") ? infraEnvironment : environmentName(stack),
        variables: { STACK: stack, MODEL: model, ...cli },
      },
    ]),
  );
}
