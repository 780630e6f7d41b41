import { z } from "zod";
import { refusal } from "./refusal";
import type { ReleaseState } from "./release";

const identity = z.object({ id: z.string(), clientId: z.string() });

const common = {
  /** Name of the environment. */
  environment: z.string(),
  /** Name of the model that it serves. */
  model: z.string(),
  placement: z.object({
    resourceGroupName: z.string(),
    location: z.string(),
    tags: z.record(z.string(), z.string()),
  }),
  /** The service's identity for the vault, storage and Application Insights. */
  scoring: identity,
  /** Environment variables of the service. */
  settings: z.record(z.string(), z.string()),
};

const containerPlace = z.object({
  kind: z.literal("containers"),
  ...common,
  /** Pulls the image. */
  pull: identity,
  /** Login server of the images' registry. */
  registry: z.string(),
  /** Whole number of CPUs. */
  cpu: z.number(),
  /** Whole number of GiB. */
  memoryGiB: z.number(),
  /** When the newest role of its identities was assigned, ISO 8601: a new one takes minutes to be in effect. */
  rolesAssignedAt: z.string().optional(),
  /** A delegated subnet, in a private network. */
  subnetId: z.string().exactOptional(),
});

const kubernetesPlace = z.object({
  kind: z.literal("kubernetes"),
  ...common,
  cluster: z.object({ id: z.string(), name: z.string() }),
  namespace: z.string(),
  /** Bounds on a version's pods, and the CPU utilisation, in percent, that the autoscaler aims for. */
  replicas: z.object({ min: z.number(), max: z.number(), targetCpuPercent: z.number() }),
  /** Base URL of the service. */
  url: z.string(),
  /** DNS name of the gateway and location of its certificate; without it, only the cluster's network reaches the service. */
  tls: z
    .object({ host: z.string(), certificate: z.string(), vaultName: z.string(), tenantId: z.string() })
    .exactOptional(),
  /** The public IP address that the gateway is to have; without it, the gateway has one that AKS makes. */
  address: z.object({ name: z.string(), resourceGroupName: z.string() }).exactOptional(),
});

const schema = z.discriminatedUnion("kind", [containerPlace, kubernetesPlace]);

export type KubernetesPlace = z.output<typeof kubernetesPlace>;
/** Everything that the serving stack knows about its environment: the output `serving` of the environment's stack. */
export type ServingPlace = z.output<typeof schema>;

/** Parses the output; throws if the environment was never updated, or was updated by an older version of this program. */
export function parseServingPlace(environment: string, output: unknown): ServingPlace {
  const result = schema.safeParse(output);
  if (result.success) return result.data;
  const found =
    output === undefined
      ? "has no output `serving`: it was never updated, or was updated by an older version of this program"
      : `has an output \`serving\` that this version of the program does not understand: ${result.error.issues.map(({ path, message }) => [path.join("."), message].join(" ")).join("; ")}`;
  throw refusal(
    `The stack ${environment} of the environment ${found}. Update the environment first, then its serving stack. Run: npm run infra:up -- --stack ${environment}`,
  );
}

/** Faults of a release for the environment that is to serve it; empty if it has none. */
export function releaseFaults(
  { kind, model, environment }: Pick<ServingPlace, "kind" | "model" | "environment">,
  release: ReleaseState,
): string[] {
  const faults: string[] = [];
  if (kind === "containers" && release.canary !== undefined && release.canaryPercent !== 100) {
    faults.push(
      `mlops:release gives a canary ${release.canaryPercent} % of the requests, but mlops:scoring of ${environment} is "containers", where one version gets all requests. Give the canary 100 %, or run: pulumi config set --stack ${environment} mlops:scoring kubernetes`,
    );
  }
  for (const track of ["stable", "canary"] as const) {
    const served = release[track]?.model;
    if (served === undefined || served.split(":")[0] === model) continue;
    faults.push(
      `mlops:release serves ${served} as ${track}, but mlops:model of ${environment} is "${model}". Release a version of ${model}.`,
    );
  }
  return faults;
}
