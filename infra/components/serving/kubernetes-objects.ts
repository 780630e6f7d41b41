import * as pulumi from "@pulumi/pulumi";
import type { ReleaseState } from "../../config/release";
import { KubernetesNamespace } from "./kubernetes-namespace";
import { KubernetesRouting } from "./kubernetes-routing";
import { KubernetesTrack } from "./kubernetes-track";

/** Bounds on a version's pods, and the CPU utilisation, in percent, that the autoscaler aims for. */
interface Replicas {
  readonly min: number;
  readonly max: number;
  readonly targetCpuPercent: number;
}

export interface KubernetesObjectsArgs {
  readonly namespace: string;
  /** Client id of the identity that the pods act as. */
  readonly clientId: pulumi.Input<string>;
  /** The versions to serve; while it is empty, the gateway responds that nothing is deployed. */
  readonly release: ReleaseState;
  readonly settings: Readonly<Record<string, pulumi.Input<string>>>;
  readonly replicas: Replicas;
  readonly tls?: { readonly host: string; readonly secretName: string };
}

/** Minimum pods of a canary; the autoscaler adds pods as its traffic grows. */
const fewCanaries = 2;

/** The scoring service's objects on a cluster. */
export class KubernetesObjects extends pulumi.ComponentResource {
  /** Resolves once the requested release serves. */
  readonly routeId: pulumi.Output<string>;

  constructor(name: string, args: KubernetesObjectsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:KubernetesObjects", name, {}, opts);

    const { namespace, settings, release, replicas } = args;
    const walls = new KubernetesNamespace(`${name}-namespace`, args, { parent: this });

    const tracks = (["stable", "canary"] as const).flatMap((track) => {
      const version = release[track];
      if (version === undefined) return [];
      const min = track === "stable" ? replicas.min : Math.min(fewCanaries, replicas.min);
      return new KubernetesTrack(
        `${name}-${track}`,
        { namespace, track, release: version, settings, replicas: { ...replicas, min } },
        { parent: this, dependsOn: [...walls.ready] },
      );
    });

    // Traffic moves to a version once its pods are ready; the pods of a removed version are deleted last.
    const ready = { parent: this, dependsOn: [...walls.ready, ...tracks] };
    this.routeId = new KubernetesRouting(`${name}-routing`, args, ready).routeId;

    this.registerOutputs({ routeId: this.routeId });
  }
}
