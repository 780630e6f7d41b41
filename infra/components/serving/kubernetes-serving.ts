import * as pulumi from "@pulumi/pulumi";
import type { ReleaseState } from "../../config/release";
import type { KubernetesPlace } from "../../config/serving-place";
import { KubernetesAddress } from "./kubernetes-address";
import { certificateName, KubernetesCertificate } from "./kubernetes-certificate";
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
    this.registerOutputs({ rollout: this.rollout });
  }
}
