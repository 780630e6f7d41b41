import { z } from "zod";
import { refusal } from "./refusal";
import type { ReleaseState } from "./release";

const identity = z.object({ id: z.string(), clientId: z.string() });

const common = {
  /** Name of the environment. */
  environment: z.string(),
  /** The model that it serves. */
  model: z.string(),
  placement: z.object({
    resourceGroupName: z.string(),
    location: z.string(),
    tags: z.record(z.string(), z.string()),
  }),
  /** What the service is, to the vault, the storage and Application Insights. */
  scoring: identity,
  /** Environment variables of the service. */
  settings: z.record(z.string(), z.string()),
};

const containerPlace = z.object({
  kind: z.literal("containers"),
  ...common,
  /** Pulls the image. */
  pull: identity,
  /** Host of the registry that images are pulled from. */
  registry: z.string(),
  /** Whole processors and GiB. */
  cpu: z.number(),
  memoryGiB: z.number(),
  /** A delegated subnet, in a private network. */
  subnetId: z.string().exactOptional(),
});

const kubernetesPlace = z.object({
  kind: z.literal("kubernetes"),
  ...common,
  cluster: z.object({ id: z.string(), name: z.string() }),
  namespace: z.string(),
  /** How many pods of a version there are, and the processor use, in percent, that decides it. */
  replicas: z.object({ min: z.number(), max: z.number(), targetCpuPercent: z.number() }),
  /** Base address of the service. */
  url: z.string(),
  /** Name that the internet knows the service by, and where its certificate is; inside the network only without it. */
  tls: z
    .object({ host: z.string(), certificate: z.string(), vaultName: z.string(), tenantId: z.string() })
    .exactOptional(),
});

const schema = z.discriminatedUnion("kind", [containerPlace, kubernetesPlace]);

export type KubernetesPlace = z.output<typeof kubernetesPlace>;
/** All that the stack of what serves knows of its environment: the output `serving` of the environment's stack. */
export type ServingPlace = z.output<typeof schema>;

/** Reads the output; throws what to do when the environment was never updated, or by an older program. */
export function parseServingPlace(environment: string, output: unknown): ServingPlace {
  const result = schema.safeParse(output);
  if (result.success) return result.data;
  const found =
    output === undefined
      ? "has no output `serving`: it was never updated, or by an older version of this program"
      : `has an output \`serving\` that this version of the program does not know: ${result.error.issues.map(({ path, message }) => [path.join("."), message].join(" ")).join("; ")}`;
  throw refusal(
    `The stack ${environment} of the environment ${found}. Update the environment first, then what serves in it. Run: npm run infra:up -- --stack ${environment}`,
  );
}

/** What is wrong with a release where it is to serve; empty when nothing is. */
export function releaseFaults(
  { kind, model, environment }: Pick<ServingPlace, "kind" | "model" | "environment">,
  release: ReleaseState,
): string[] {
  const faults: string[] = [];
  if (kind === "containers" && release.canary !== undefined && release.canaryPercent !== 100) {
    faults.push(
      `mlops:release gives a canary ${release.canaryPercent} % of the requests, but mlops:scoring of ${environment} is "containers", where one version answers all. Give it 100 %, or run: pulumi config set --stack ${environment} mlops:scoring kubernetes`,
    );
  }
  for (const track of ["stable", "canary"] as const) {
    const served = release[track]?.model;
    if (served === undefined || served.split(":")[0] === model) continue;
    faults.push(
      `mlops:release serves ${served} as ${track}, but mlops:model of ${environment} is "${model}". Give a version of ${model}.`,
    );
  }
  return faults;
}
