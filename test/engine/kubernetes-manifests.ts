import { stringify } from "yaml";
import { KubernetesCertificate } from "../../infra/components/serving/kubernetes-certificate";
import { KubernetesObjects } from "../../infra/components/serving/kubernetes-objects";
import type { ReleaseState, TrackRelease } from "../../infra/config/release";
import * as pulumi from "@pulumi/pulumi";
import { registered, tenantId } from "../infra/mocks";

/** A version of a model in an image of its own. */
function version(number: number): TrackRelease {
  return {
    model: `diabetes:${number}`,
    image: `acr.azurecr.io/mlops-scoring@sha256:${String(number).repeat(64).slice(0, 64)}`,
  };
}

export const releases = {
  none: { canaryPercent: 0 },
  first: { canary: version(1), canaryPercent: 100 },
  stable: { stable: version(1), canaryPercent: 0 },
  beside: { stable: version(1), canary: version(2), canaryPercent: 10 },
} satisfies Record<string, ReleaseState>;

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as many shapes as there are kinds
  readonly spec?: any;
}

/** The objects on a cluster as the program would send them, with a certificate for `host` or without. */
export async function manifests(
  namespace: string,
  release: ReleaseState,
  host?: string,
): Promise<Manifest[]> {
  const image = (release.stable ?? release.canary)?.image;
  const text = (value: string) => pulumi.output(value);
  const resources = await registered(() => {
    new KubernetesObjects("objects", {
      namespace,
      clientId: "00000000-0000-4000-8000-000000000003",
      release,
      settings: { MLOPS_ENVIRONMENT: "prod", MLOPS_PORT: "8080", MLOPS_GRACE_MS: "40000" },
      replicas: { min: 3, max: 6, targetCpuPercent: 50 },
      ...(host !== undefined && { tls: { host, secretName: "scoring-certificate" } }),
    });
    if (host === undefined || image === undefined) return;
    const identity = { id: text("/id"), clientId: text("client"), principalId: text("principal") };
    const vault = { tenantId, vaultName: "vault", certificate: "scoring" };
    new KubernetesCertificate("certificate", { ...vault, identity, image });
  });
  return resources
    .filter(({ type }) => type.startsWith("kubernetes:"))
    .map(({ inputs }) => inputs as unknown as Manifest);
}

/** The same as one text for `kubectl` and linters. */
export function yamlOf(objects: readonly Manifest[]): string {
  return objects.map((object) => stringify(object, { aliasDuplicateObjects: false })).join("---\n");
}
