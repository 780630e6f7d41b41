import type { Deployment, DeploymentEvent, Release, Traffic } from "../../platform/release/deployment";
import { PlatformError } from "../../platform/base/errors";
import type { Digest } from "../../platform/base/files";
import type { ReleaseState, TrackRelease } from "../../platform/release/release-state";
import { deployed, promoted, rolledBack, weighted } from "../rules/transitions";

/** A release whose scoring image is in a registry. */
export type PushedRelease = Release & { readonly image: string };

/** One of the deployer's verbs, with what it takes. */
export type ReleaseChange =
  | { readonly action: "deploy"; readonly release: PushedRelease; readonly traffic: Traffic }
  | { readonly action: "weight"; readonly traffic: Traffic }
  | { readonly action: "promote" }
  | { readonly action: "rollback" };

export interface ReleaseContext {
  /** "one": a version answers all requests or none, as with Container Instances. */
  readonly tracks: "one" | "two";
  readonly time: string;
}

/** What a stack serves, as the deployer's port has it. */
export function deploymentOf(
  { environment, model }: Pick<Deployment, "environment" | "model">,
  { stable, canary, canaryPercent, previous }: ReleaseState,
  history: readonly DeploymentEvent[],
): Deployment {
  return {
    environment,
    model,
    ...(stable && { stable: releaseOf(stable) }),
    ...(canary && { canary: { ...releaseOf(canary), weight: canaryPercent, shadow: 0 } }),
    ...(previous && { previous: releaseOf(previous) }),
    history,
  };
}

function releaseOf({ model, image, digest }: TrackRelease): Release {
  // A release that was written by hand may have no digest of its own; the image's identifies it as well.
  return { model, package: image, digest: digest ?? (image.slice(-64) as Digest), image };
}

/** The same the other way: the value of the stack's config `release`. */
export function releaseStateOf({ stable, canary, previous }: Deployment): ReleaseState {
  return {
    ...(stable && { stable: trackOf(stable) }),
    ...(canary && { canary: trackOf(canary) }),
    canaryPercent: canary === undefined ? 0 : stable === undefined ? 100 : canary.weight,
    ...(previous && { previous: trackOf(previous) }),
  };
}

function trackOf({ model, image, package: folder, digest }: Release): TrackRelease {
  return { model, image: image ?? folder, digest };
}

/**
 * The deployment after a change, by the rules of the local gateway. Where there is one track, a version that is deployed
 * replaces what serves at once, and a rollback brings that back.
 */
export function nextDeployment(
  deployment: Deployment,
  change: ReleaseChange,
  { tracks, time }: ReleaseContext,
): Deployment {
  switch (change.action) {
    case "deploy": {
      const before = tracks === "one" ? cleared(deployment) : deployment;
      const traffic = routed(before, change.traffic, tracks);
      return deployed(before, { release: change.release, traffic, time });
    }
    case "weight":
      return weighted(deployment, { traffic: routed(deployment, change.traffic, tracks), time });
    case "promote":
      return promoted(deployment, time);
    case "rollback":
      return restored(rolledBack(deployment, time));
  }
}

/** The one track is the next version's; what served is where a rollback goes. */
function cleared({ stable, ...rest }: Deployment): Deployment {
  return stable === undefined ? rest : { ...rest, previous: stable };
}

/** Without any version, what served before the last deployment serves again. */
function restored(deployment: Deployment): Deployment {
  const { previous, ...rest } = deployment;
  if (deployment.stable !== undefined || previous === undefined) return deployment;
  return { ...rest, stable: previous };
}

/** The traffic as routes can have it. While there is no stable version, the canary answers everything. */
function routed(
  { stable, environment }: Deployment,
  { weight, shadow }: Traffic,
  tracks: "one" | "two",
): Traffic {
  if (shadow > 0) {
    throw new PlatformError(
      "USAGE",
      `A shadow of ${shadow} % was asked for in ${environment}. In Azure requests are shared, not copied. Set the shadow to 0 and give the canary a weight.`,
    );
  }
  if (tracks === "one" && weight !== 100) {
    throw new PlatformError(
      "USAGE",
      `A weight of ${weight} % was asked for in ${environment}, which has one track (mlops:scoring is "containers"). A version answers everything there: give it a weight of 100, or set mlops:scoring to kubernetes.`,
    );
  }
  if (!(weight >= 0 && weight <= 100 && Number.isInteger(weight))) {
    throw new PlatformError(
      "USAGE",
      `The canary's weight is ${weight}. Expected a whole number of percent, 0 to 100, as routes have whole weights.`,
    );
  }
  return { weight: stable === undefined ? 100 : weight, shadow };
}
