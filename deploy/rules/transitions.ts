import type { Deployment, DeploymentEvent, Release, Traffic } from "../../platform/release/deployment";
import { PlatformError } from "../../platform/base/errors";
import { parseModelRef } from "../../platform/definition/model-ref";

/** One of the deployer's verbs, with what it takes. */
export type ReleaseChange =
  | { readonly action: "deploy"; readonly release: Release; readonly traffic: Traffic }
  | { readonly action: "weight"; readonly traffic: Traffic }
  | { readonly action: "promote" }
  | { readonly action: "rollback" };

/** What the service that routes an environment's requests can do. */
export interface Routes {
  /** "one": a version answers all requests or none, as with Container Instances. */
  readonly tracks: "one" | "two";
  /** Whether a request that stable answers can be copied to the canary. */
  readonly copies: boolean;
  /** Which weights it can have, in percent. */
  readonly weights: "any" | "whole";
}

/** Events kept; the oldest go first. */
const keptEvents = 200;

function withEvent(deployment: Deployment, event: DeploymentEvent): Deployment {
  return { ...deployment, history: [...deployment.history, event].slice(-keptEvents) };
}

/** The traffic, if it can be routed; while there is no stable version, the canary answers everything. */
function routed({ stable, environment }: Deployment, traffic: Traffic, routes: Routes): Traffic {
  const { weight, shadow } = traffic;
  if (shadow > 0 && !routes.copies) {
    throw new PlatformError(
      "USAGE",
      `A shadow of ${shadow} % was asked for in ${environment}. In Azure requests are shared, not copied. Set the shadow to 0 and give the canary a weight.`,
    );
  }
  if (weight !== 100 && routes.tracks === "one") {
    throw new PlatformError(
      "USAGE",
      `A weight of ${weight} % was asked for in ${environment}, which has one track (mlops:scoring is "containers"). A version answers everything there: give it a weight of 100, or set mlops:scoring to kubernetes.`,
    );
  }
  const whole = routes.weights === "whole";
  const faults = Object.entries({ weight, shadow })
    .filter(([, percent]) => !(percent >= 0 && percent <= 100 && (!whole || Number.isInteger(percent))))
    .map(([name, percent]) => `${name} is ${percent}`);
  if (faults.length > 0) {
    throw new PlatformError(
      "USAGE",
      `The canary's ${faults.join(" and ")}. Expected ${whole ? "a whole number of percent" : "percent"}, 0 to 100.`,
    );
  }
  return stable === undefined ? { weight: 100, shadow: 0 } : traffic;
}

function describe({ weight, shadow }: Traffic): string {
  return shadow > 0 ? `weight ${weight} %, shadow ${shadow} %` : `weight ${weight} %`;
}

const place = ({ environment, model }: Deployment): string => `${model} in ${environment}`;

/** A deployment of nothing yet. */
export function emptyDeployment(environment: string, model: string): Deployment {
  return { environment, model, history: [] };
}

/** The one track is the next version's; what served is where a rollback goes. */
function cleared({ stable, ...rest }: Deployment): Deployment {
  return stable === undefined ? rest : { ...rest, previous: stable };
}

/** The release becomes the canary, in place of the one there may be. */
function deployed(
  deployment: Deployment,
  { release, traffic, time }: { release: Release; traffic: Traffic; time: string },
): Deployment {
  if (parseModelRef(release.model).name !== deployment.model) {
    throw new PlatformError(
      "USAGE",
      `${release.model} is not a version of ${deployment.model}. Deploy it under its own name.`,
    );
  }
  const { weight, shadow } = traffic;
  return withEvent(
    { ...deployment, canary: { ...release, weight, shadow } },
    { time, action: "deploy", model: release.model, detail: describe(traffic) },
  );
}

/** The canary gets other shares of traffic. */
function weighted(deployment: Deployment, { traffic, time }: { traffic: Traffic; time: string }): Deployment {
  const { canary } = deployment;
  if (canary === undefined) {
    throw new PlatformError(
      "CONFLICT",
      `${place(deployment)} has no canary whose traffic could change. Deploy a version first.`,
    );
  }
  const { weight, shadow } = traffic;
  return withEvent(
    { ...deployment, canary: { ...canary, weight, shadow } },
    { time, action: "weight", model: canary.model, detail: describe(traffic) },
  );
}

/** The canary becomes stable; what was stable is where a rollback goes. */
function promoted({ canary, ...deployment }: Deployment, time: string): Deployment {
  if (canary === undefined) {
    throw new PlatformError(
      "CONFLICT",
      `${place(deployment)} has no canary to promote. Deploy a version first.`,
    );
  }
  const { stable: previous } = deployment;
  const { weight, shadow, ...stable } = canary;
  void [weight, shadow];
  return withEvent(
    { ...deployment, stable, ...(previous && { previous }) },
    { time, action: "promote", model: stable.model, ...(previous && { detail: `was ${previous.model}` }) },
  );
}

/** The canary goes; without one, stable goes back to what it was before the last promotion. */
function rolledBack({ canary, ...deployment }: Deployment, time: string): Deployment {
  const { previous, stable, ...rest } = deployment;
  if (canary !== undefined) {
    // With one track the canary took the place of what served, which serves again.
    const served =
      stable === undefined && previous !== undefined ? { ...rest, stable: previous } : deployment;
    return withEvent(served, { time, action: "rollback", model: canary.model, detail: "canary removed" });
  }
  if (previous === undefined) {
    const found = stable === undefined ? "nothing deployed" : `only ${stable.model}`;
    throw new PlatformError(
      "CONFLICT",
      `${place(deployment)} has nothing to roll back to: there is ${found}, no canary and no earlier version. Deploy the version wanted.`,
    );
  }
  return withEvent(
    { ...rest, stable: previous },
    { time, action: "rollback", model: previous.model, ...(stable && { detail: `was ${stable.model}` }) },
  );
}

/**
 * The deployment after a change: the rules of every target. Throws USAGE or CONFLICT for a change that cannot be. Where
 * there is one track, a version that is deployed replaces what serves at once, and a rollback brings that back.
 */
export function nextDeployment(
  deployment: Deployment,
  change: ReleaseChange,
  { routes, time }: { readonly routes: Routes; readonly time: string },
): Deployment {
  switch (change.action) {
    case "deploy": {
      const before = routes.tracks === "one" ? cleared(deployment) : deployment;
      const traffic = routed(before, change.traffic, routes);
      return deployed(before, { release: change.release, traffic, time });
    }
    case "weight":
      return weighted(deployment, { traffic: routed(deployment, change.traffic, routes), time });
    case "promote":
      return promoted(deployment, time);
    case "rollback":
      return rolledBack(deployment, time);
  }
}
