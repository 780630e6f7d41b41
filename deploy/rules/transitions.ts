import type { Deployment, DeploymentEvent, Release, Traffic } from "../../platform/release/deployment";
import { PlatformError } from "../../platform/base/errors";
import { parseModelRef } from "../../platform/definition/model-ref";

/** Events kept; the oldest go first. */
const keptEvents = 200;

function withEvent(deployment: Deployment, event: DeploymentEvent): Deployment {
  return { ...deployment, history: [...deployment.history, event].slice(-keptEvents) };
}

function assertTraffic({ weight, shadow }: Traffic): void {
  const faults = Object.entries({ weight, shadow })
    .filter(([, percent]) => !(percent >= 0 && percent <= 100))
    .map(([name, percent]) => `${name} is ${percent}`);
  if (faults.length === 0) return;
  throw new PlatformError("USAGE", `The canary's ${faults.join(" and ")}. Expected percent, 0 to 100.`);
}

function describe({ weight, shadow }: Traffic): string {
  return shadow > 0 ? `weight ${weight} %, shadow ${shadow} %` : `weight ${weight} %`;
}

const place = ({ environment, model }: Deployment): string => `${model} in ${environment}`;

/** A deployment of nothing yet. */
export function emptyDeployment(environment: string, model: string): Deployment {
  return { environment, model, history: [] };
}

/** The release becomes the canary, in place of the one there may be. */
export function deployed(
  deployment: Deployment,
  { release, traffic, time }: { release: Release; traffic: Traffic; time: string },
): Deployment {
  assertTraffic(traffic);
  if (parseModelRef(release.model).name !== deployment.model) {
    throw new PlatformError(
      "USAGE",
      `${release.model} is not a version of ${deployment.model}. Deploy it as what it is.`,
    );
  }
  const { weight, shadow } = traffic;
  return withEvent(
    { ...deployment, canary: { ...release, weight, shadow } },
    { time, action: "deploy", model: release.model, detail: describe(traffic) },
  );
}

/** The canary gets other shares of traffic. */
export function weighted(
  deployment: Deployment,
  { traffic, time }: { traffic: Traffic; time: string },
): Deployment {
  assertTraffic(traffic);
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
export function promoted({ canary, ...deployment }: Deployment, time: string): Deployment {
  if (canary === undefined) {
    throw new PlatformError(
      "CONFLICT",
      `${place(deployment)} has no canary to promote. Deploy a version first.`,
    );
  }
  const { stable: previous } = deployment;
  const { model, package: folder, digest, image } = canary;
  const stable: Release = { model, package: folder, digest, ...(image !== undefined && { image }) };
  return withEvent(
    { ...deployment, stable, ...(previous && { previous }) },
    { time, action: "promote", model, ...(previous && { detail: `was ${previous.model}` }) },
  );
}

/** The canary goes; without one, stable goes back to what it was before the last promotion. */
export function rolledBack({ canary, ...deployment }: Deployment, time: string): Deployment {
  if (canary !== undefined) {
    return withEvent(deployment, { time, action: "rollback", model: canary.model, detail: "canary removed" });
  }
  const { previous, stable, ...rest } = deployment;
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
