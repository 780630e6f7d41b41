import * as pulumi from "@pulumi/pulumi";
import type { DrawnResource } from "../../infra/documents/diagram";
import { registered, type Registered } from "./mocks";
import { prod, qa } from "./stacks";

const pinned = (repository: string): string => `registry.example/${repository}@sha256:${"a".repeat(64)}`;
const version = (number: number) => ({ model: `diabetes:${number}`, image: pinned("mlops-scoring") });

/** What each environment serves in tests and pictures. */
export const releases = {
  qa: { stable: version(1) },
  prod: { stable: version(1), canary: version(2), canaryPercent: 10 },
} as const;

/** A run of a program against mocks. */
export interface ProgramRun {
  readonly resources: readonly Registered[];
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as many shapes as there are outputs
  readonly outputs: Record<string, any>;
  /** All that was registered, with URNs that have the types of all components around it. */
  readonly drawn: readonly DrawnResource[];
}

type Program = () => Promise<Record<string, unknown>>;
/** How a run of a program against mocks goes. */
type RunOptions = Pick<NonNullable<Parameters<typeof registered>[1]>, "preview" | "assignedAt" | "observe">;

async function run(
  program: () => Program,
  options: NonNullable<Parameters<typeof registered>[1]> & { readonly config: Record<string, string> },
): Promise<ProgramRun> {
  let outputs: Record<string, unknown> = {};
  const resources = await registered(async () => {
    pulumi.runtime.setAllConfig(options.config);
    const output = pulumi.output(await program()());
    outputs = await new Promise((resolve) => output.apply(resolve));
  }, options);
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    getRegisteredResources(): Map<string, { urn: string; id: string | null; state: unknown }>;
  };
  const drawn = [...monitor.getRegisteredResources().values()].map(({ urn, id, state }) => ({
    urn,
    id: id ?? "",
    state,
  }));
  return { resources, outputs, drawn };
}

/** The environment's own stack, of the settings that are committed for prod, or, for any other name, for qa. */
export function runEnvironment(
  stack: string,
  values: Readonly<Record<string, string>> = {},
  /** Outputs of its last update. */
  last: Readonly<Record<string, unknown>> = {},
  options: RunOptions = {},
): Promise<ProgramRun> {
  const own = stack === "prod" ? prod : qa;
  const config = { ...own, "mlops:trainingImage": pinned("mlops-training"), ...values };
  const references = { mlops: last };
  return run(() => require("../../infra/index") as Program, { ...options, stack, config, references });
}

/** The stack of what serves in an environment, by the outputs of that environment's own. */
export function runServing(
  stack: string,
  {
    environment,
    release,
    last = {},
    ...options
  }: RunOptions & {
    readonly environment: Readonly<Record<string, unknown>>;
    /** What the update is told to serve, as text; what the last one served without it. */
    readonly release?: string;
    /** Outputs of its last update. */
    readonly last?: Readonly<Record<string, unknown>>;
  },
): Promise<ProgramRun> {
  const config: Record<string, string> = release === undefined ? {} : { "mlops:release": release };
  const references = { mlops: environment, "mlops-serving": last };
  return run(() => require("../../infra/serving/index") as Program, {
    ...options,
    stack,
    config,
    references,
  });
}
