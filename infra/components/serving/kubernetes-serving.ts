import * as pulumi from "@pulumi/pulumi";
import type { ReleaseState } from "../../config/release";
import type { KubernetesPlace } from "../../config/serving-place";
import { certificateName, KubernetesCertificate } from "./kubernetes-certificate";
import { KubernetesObjects } from "./kubernetes-objects";
import { openKubernetes } from "./kubernetes-provider";

export interface KubernetesServingArgs {
  readonly place: KubernetesPlace;
  readonly release: ReleaseState;
}

/** The scoring service on AKS: a stable version and a canary beside it, with a share of the requests for each. */
export class KubernetesServing extends pulumi.ComponentResource {
  /** Known when the release that was asked for serves. */
  readonly rollout: pulumi.Output<string>;

  constructor(
    name: string,
    { place, release }: KubernetesServingArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mlops:infra:KubernetesServing", name, {}, opts);

    const { cluster, placement, namespace, scoring, settings, replicas, tls } = place;
    const { resourceGroupName } = placement;
    const provider = openKubernetes(`${name}-kubernetes`, { cluster, resourceGroupName }, { parent: this });
    const own = { parent: this, provider };
    // The pod that holds the certificate runs an image that serves anyway: there is none before the first release.
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
