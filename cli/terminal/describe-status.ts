import type { MeasuredVersions } from "../../platform/registry/measured-versions";
import type { DeploymentStatus } from "../../platform/release/deployment";
import { formatTable } from "./format-table";
import type { RunRecord } from "../runs/runs";

/** What each environment serves, and where; versions with what the gate measured of them, where that is known. */
export function describeDeployments(
  deployments: readonly DeploymentStatus[],
  measured: MeasuredVersions = {},
): string {
  const show = (release: { readonly model: string } | undefined, ...more: string[]): string => {
    if (release === undefined) return "-";
    const told = [...(measured[release.model] === undefined ? [] : [measured[release.model]]), ...more];
    return told.length === 0 ? release.model : `${release.model} (${told.join(", ")})`;
  };
  return formatTable(
    ["environment", "deployed", "canary", "before it", "serves now"],
    deployments.map(({ environment, stable, canary, previous, url }) => [
      environment,
      show(stable),
      canary ? show(canary, `${canary.weight} %`) : "-",
      show(previous),
      url ?? "no, it is stopped",
    ]),
  );
}

/** Runs with what they came to, and what the gate measured of the versions that they registered. */
export function describeRuns(runs: readonly RunRecord[], measured: MeasuredVersions = {}): string {
  if (runs.length === 0) return "No runs yet.";
  return formatTable(
    ["run", "version", "measured", "outcome"],
    runs.map(({ id, version, outcome }) => [
      id,
      version ?? "-",
      (version === undefined ? undefined : measured[version]) ?? "-",
      outcome,
    ]),
  );
}
