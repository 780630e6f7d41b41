import * as pulumi from "@pulumi/pulumi";
import type { ReleaseState } from "../../config/release";
import type { ServingPlace } from "../../config/serving-place";
import { ContainerScoring } from "./container-scoring";
import { KubernetesServing } from "./kubernetes-serving";

/** The deployed scoring service. */
export interface Served {
  /** Base URL; undefined while nothing serves. */
  readonly url: pulumi.Output<string> | undefined;
  /** Resolves once the requested release serves. */
  readonly rollout: pulumi.Output<string> | undefined;
  /** IP address of a cluster's closed gateway in its network; empty until it has one. */
  readonly internalAddress?: pulumi.Output<string> | undefined;
}

/** Deploys a release to the serving infrastructure of its environment. */
export function serve(place: ServingPlace, release: ReleaseState): Served {
  if (place.kind === "kubernetes") {
    const { rollout, internalAddress } = new KubernetesServing("scoring", { place, release });
    return { url: pulumi.output(place.url), rollout, internalAddress };
  }
  // A container group has one track, so a canary gets all requests.
  const { id, url } = new ContainerScoring("scoring", {
    ...place,
    release: release.canary ?? release.stable,
  });
  return { url, rollout: id };
}
