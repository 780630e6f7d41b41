import type { Deployment, DeploymentEvent, Release } from "../../platform/release/deployment";
import type { Digest } from "../../platform/base/files";
import type { ReleaseState, TrackRelease } from "../../platform/release/release-state";

/** What a stack serves, as the deployer's port has it. */
export function deploymentOf(
  { environment, model }: Pick<Deployment, "environment" | "model">,
  { stable, canary, canaryPercent, previous }: ReleaseState,
  history: readonly DeploymentEvent[],
): Deployment {
  return {
    environment,
    model,
    ...(stable && { stable: releaseOfTrack(stable) }),
    ...(canary && { canary: { ...releaseOfTrack(canary), weight: canaryPercent, shadow: 0 } }),
    ...(previous && { previous: releaseOfTrack(previous) }),
    history,
  };
}

function releaseOfTrack({ model, image, digest }: TrackRelease): Release {
  return { model, digest: digest ?? digestOfImage(image), image };
}

/** A release that was written by hand may have no digest of its own; the image's identifies it as well. */
export function digestOfImage(image: string): Digest {
  return image.slice(-64) as Digest;
}

/** The same the other way: the value of the stack's config `release`. */
export function releaseStateOf({ stable, canary, previous }: Deployment): ReleaseState {
  return {
    ...(stable && { stable: trackOf(stable) }),
    ...(canary && { canary: trackOf(canary) }),
    canaryPercent: canary?.weight ?? 0,
    ...(previous && { previous: trackOf(previous) }),
  };
}

function trackOf({ model, image, digest }: Release): TrackRelease {
  if (image === undefined) throw new Error(`${model} has no image`);
  return { model, image, digest };
}
