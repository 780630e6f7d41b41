import type * as pulumi from "@pulumi/pulumi";
import type { Environments } from "../../platform/release/environments";
import type { Variables } from "./environment";
import { pipelineFile, type PipelineFile } from "./pipeline-files";

/** Duties of an environment's identities: preview changes of its stacks; deploy it; release to it; watch its predictions. */
export const duties = ["preview", "deploy", "release", "watch"] as const;

export type Duty = (typeof duties)[number];

/** Environments by purpose: the first trains, the last is production, and those before it test. */
type Which = "training" | "testing" | "production" | "every";

/** A pipeline, and the only resources of the project that it is authorized to use. */
export interface Pipeline {
  readonly name: string;
  readonly path: string;
  /** Identities that its jobs sign in as, each with a duty in these environments. */
  readonly signsIn: readonly `${Duty} ${Which}`[];
  /** Azure DevOps environments that its jobs target, with their checks. */
  readonly passes: readonly ("infra" | Which)[];
  /** Whether it reads secret variables. */
  readonly secrets: boolean;
}

type Reach = Partial<Pick<Pipeline, "signsIn" | "passes" | "secrets">>;

/** Authorizations by file in pipelines/. Those of pull requests run code that nobody has read yet. */
const reaches: Readonly<Record<string, Reach>> = {
  pr: { signsIn: ["preview testing"] },
  preview: { signsIn: ["preview production"] },
  build: { signsIn: ["deploy training", "release training"], passes: ["training"] },
  retrain: { signsIn: ["release training"] },
  release: { signsIn: ["release every"], passes: ["every"], secrets: true },
  batch: { signsIn: ["watch production"] },
  monitor: { signsIn: ["watch production"] },
  nightly: {},
  infra: { signsIn: ["preview every", "deploy every"], passes: ["infra"] },
  teardown: { signsIn: ["deploy every"], passes: ["infra"] },
};

/** What stacks are made of: a pull request that changes none of it is not previewed in production, for which somebody has to approve. */
export const previewedPaths = [
  "infra/*",
  "deploy/*",
  "platform/*",
  "pipelines/*",
  "build/*",
  "Pulumi*",
  "package*.json",
  "environments.yml",
] as const;

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

/** Purposes of an environment, by its place in the ordered list. */
function kindsOf(environment: string, environments: readonly string[]): Which[] {
  const kinds: Which[] = ["every"];
  if (environment === environments[0]) kinds.push("training");
  kinds.push(environment === environments.at(-1) ? "production" : "testing");
  return kinds;
}

/** Names of the pipelines that sign in with a duty in an environment. `environments` must be in release order. */
export function signedInto(duty: Duty, environment: string, environments: readonly string[]): string[] {
  const wanted = kindsOf(environment, environments).map((kind) => `${duty} ${kind}` as const);
  return pipelines
    .filter(({ signsIn }) => wanted.some((each) => signsIn.includes(each)))
    .map(({ name }) => name);
}

/** Names of the pipelines that pass the checks of an environment. `environments` must be in release order. */
export function passedBy(environment: string, environments: readonly string[]): string[] {
  const kinds = kindsOf(environment, environments);
  return pipelines
    .filter(({ passes }) => kinds.some((kind) => passes.includes(kind)))
    .map(({ name }) => name);
}

/**
 * Names of the pipelines that update the stacks of an environment: by a release, by the environment's own pipelines, or by making and
 * destroying it. `environments` must be in release order.
 */
export function updatedBy(environment: string, environments: readonly string[]): string[] {
  const passing = passedBy(environment, environments);
  return pipelines
    .filter(({ name, passes }) => passing.includes(name) || passes.includes("infra"))
    .map(({ name }) => name);
}

/**
 * Name of the variable group that every stage refers to which updates the stacks of an environment. Its check is an exclusive lock, so
 * that one of them runs at a time: those stages share no other resource that Azure DevOps can lock.
 */
export function updatesGroup(environment: string): string {
  return `${environmentName(environment)}-updates`;
}

/** Name of an environment in Azure DevOps, and of the identity and service connection that deploy it. */
export function environmentName(environment: string): string {
  return `mlops-${environment}`;
}

/** Name of the identity and service connection with a duty in an environment. */
export function signInName(duty: Duty, environment: string): string {
  return duty === "deploy" ? environmentName(environment) : `${environmentName(environment)}-${duty}`;
}

/** Azure DevOps environment for creating and removing stacks. */
export const infraEnvironment = "mlops-infra";

/** A stack's pipeline: everything needed for its definition in Azure DevOps or another CI system. */
export interface PipelineOfStack extends PipelineFile {
  /** Service connections that it uses. */
  readonly serviceConnections: readonly string[];
  /** Azure DevOps environments that it targets for this stack. */
  readonly environments: readonly string[];
  /** Values of the pipeline's variables for this stack. */
  readonly variables: Readonly<Record<string, pulumi.Input<string>>>;
}

/** The pipelines that work on a stack, by name, with the stack's names filled in. */
export function pipelinesOf(
  stack: string,
  {
    cli,
    model,
    environments,
  }: { readonly cli: Variables; readonly model: string; readonly environments: Environments },
): Readonly<Record<string, PipelineOfStack>> {
  const { names } = environments;
  return Object.fromEntries(
    pipelines.flatMap(({ name, path, passes }) => {
      const connections = duties
        .filter((duty) => signedInto(duty, stack, names).includes(name))
        .map((duty) => signInName(duty, stack));
      if (connections.length === 0) return [];
      const passed = passedBy(stack, names).includes(name) ? [environmentName(stack)] : [];
      const pipeline = {
        ...pipelineFile(path, { stack, model, environments }),
        serviceConnections: connections,
        environments: passes.includes("infra") ? [infraEnvironment] : passed,
        variables: { STACK: stack, MLOPS_DEFAULT_MODEL: model, ...cli },
      };
      return [[name, pipeline]];
    }),
  );
}
