import * as pulumi from "@pulumi/pulumi";
import type { ReleaseState } from "../../config/release";
import type { ServingPlace } from "../../config/serving-place";
import { ContainerScoring } from "./container-scoring";
import { KubernetesServing } from "./kubernetes-serving";

/** What serves a model, wherever it does. */
export interface Served {
  /** Base address, while something serves. */
  readonly url: pulumi.Output<string> | undefined;
  /** Known when the release that was asked for serves. */
  readonly rollout: pulumi.Output<string> | undefined;
}

/** The scoring service of a release where the environment has made a place for it. */
export function serve(place: ServingPlace, release: ReleaseState): Served {
  if (place.kind === "kubernetes") {
    const { rollout } = new KubernetesServing("scoring", { place, release });
    return { url: pulumi.output(place.url), rollout };
  }
  // One track: a canary there has all requests.
  const { id, url } = new ContainerScoring("scoring", {
    ...place,
    release: release.canary ?? release.stable,
  });
  return { url, rollout: id };
}
