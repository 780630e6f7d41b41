import type * as pulumi from "@pulumi/pulumi";
import type { Variables } from "./environment";

/** What an identity is for: to look at what would change, or to change it. */
export type Duty = "preview" | "deploy";

/** A pipeline, and what it signs in for: nothing else in the project opens to it. */
export interface Pipeline {
  readonly name: string;
  readonly path: string;
  readonly duty: Duty;
}

const deploying = ["build", "retrain", "release", "batch", "monitor", "infra", "teardown"];

/** All pipelines, by the file in pipelines/ that each runs. That of pull requests runs code that nobody has read yet. */
export const pipelines: readonly Pipeline[] = [
  { name: "mlops-pr", path: "/pipelines/pr.yml", duty: "preview" },
  ...deploying.map((file): Pipeline => ({
    name: `mlops-${file}`,
    path: `/pipelines/${file}.yml`,
    duty: "deploy",
  })),
];

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
    pipelines.map(({ name, path, duty }) => [
      name,
      {
        path,
        serviceConnection: duty === "preview" ? previewName : environmentName(stack),
        environment: ["mlops-infra", "mlops-teardown"].includes(name)
          ? infraEnvironment
          : environmentName(stack),
        variables: { STACK: stack, MODEL: model, ...cli },
      },
    ]),
  );
}
