import * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import type { ReleaseState } from "../../config/release";
import type { KubernetesPlace } from "../../config/serving-place";
import { KubernetesAddress } from "./kubernetes-address";
import { certificateName, KubernetesCertificate } from "./kubernetes-certificate";
import { gateways, ingressNamespace } from "./kubernetes-namespace";
import { KubernetesObjects } from "./kubernetes-objects";
import { openKubernetes } from "./kubernetes-provider";

export interface KubernetesServingArgs {
  readonly place: KubernetesPlace;
  readonly release: ReleaseState;
}

/** The scoring service on AKS: a stable version and a canary, each with a share of the traffic. */
export class KubernetesServing extends pulumi.ComponentResource {
  /** Resolves once the requested release serves. */
  readonly rollout: pulumi.Output<string>;
  /** IP address of the closed gateway in the cluster's network; empty until it has one, and undefined where the gateway is open. */
  readonly internalAddress: pulumi.Output<string> | undefined;

  constructor(
    name: string,
    { place, release }: KubernetesServingArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mlops:infra:KubernetesServing", name, {}, opts);

    const { cluster, placement, namespace, scoring, settings, replicas, tls, address } = place;
    const { resourceGroupName } = placement;
    const provider = openKubernetes(`${name}-kubernetes`, { cluster, resourceGroupName }, { parent: this });
    const own = { parent: this, provider };
    if (address !== undefined) new KubernetesAddress(`${name}-address`, address, own);
    // The pod that mounts the certificate runs a serving image, which does not exist before the first release.
    const image = (release.stable ?? release.canary)?.image;
    const certificate =
      tls !== undefined && image !== undefined
        ? new KubernetesCertificate(`${name}-certificate`, { ...tls, identity: scoring, image }, own)
        : undefined;
    const objects = new KubernetesObjects(
      `${name}-objects`,
      {
        namespace,
        clientId: scoring.clientId,
        release,
        settings,
        replicas,
        ...(tls && { tls: { host: tls.host, secretName: certificateName } }),
      },
      { ...own, ...(certificate && { dependsOn: [certificate] }) },
    );
    this.rollout = objects.routeId;
    this.internalAddress = tls === undefined ? internalAddress(`${name}-internal-gateway`, own) : undefined;
    this.registerOutputs({ rollout: this.rollout });
  }
}

/** What is read of the status of a Service. */
interface ServiceStatus {
  readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string }[] };
}

/**
 * Reads the address that Azure gave the closed gateway. Its Service is AKS's own, in which nothing is changed. A preview does not ask: its identity
 * need not be allowed to look into the cluster.
 */
function internalAddress(name: string, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
  if (pulumi.runtime.isDryRun()) return pulumi.output("");
  const service = core.Service.get(name, `${ingressNamespace}/${gateways.internal}`, opts);
  // The balancer may have no address yet, nor the Service a status.
  const status = service.status as pulumi.Output<ServiceStatus | undefined>;
  return status.apply((seen) => seen?.loadBalancer?.ingress?.[0]?.ip ?? "");
}
