import type { DeploymentStatus } from "../../platform/release/deployment";
import { formatTable } from "./format-table";
import type { RunRecord } from "../runs/runs";

/** What each environment serves, and where. */
export function describeDeployments(deployments: readonly DeploymentStatus[]): string {
  return formatTable(
    ["environment", "deployed", "canary", "before it", "serves now"],
    deployments.map(({ environment, stable, canary, previous, url }) => [
      environment,
      stable?.model ?? "-",
      canary ? `${canary.model} (${canary.weight} %)` : "-",
      previous?.model ?? "-",
      url ?? "no, it is stopped",
    ]),
  );
}

/** Runs with what they came to. */
export function describeRuns(runs: readonly RunRecord[]): string {
  if (runs.length === 0) return "No runs yet.";
  return formatTable(
    ["run", "version", "outcome"],
    runs.map(({ id, version, outcome }) => [id, version ?? "-", outcome]),
  );
}
