import type { DeploymentStatus } from "../../platform/release/deployment";
import type { Place } from "../../platform/release/place";

/** What is said of production that holds a version and does not run, with the command that starts it; undefined where it runs, or holds none. */
export function describeStandstill(
  { environment, model, stable, url }: Pick<DeploymentStatus, "environment" | "model" | "stable" | "url">,
  { environments }: Pick<Place, "environments">,
): string | undefined {
  if (stable === undefined || url !== undefined) return undefined;
  return environments === "processes"
    ? `${environment} holds ${stable.model} and is stopped. \`mlops serve --model ${model}\` starts it, until Ctrl-C.`
    : `${environment} holds ${stable.model}, and its stack has no address of a service. \`npm run infra:up -- --stack ${environment}\` updates it.`;
}
