import Table from "cli-table3";
import type { DeploymentStatus } from "../platform/deployment";
import type { RunRecord } from "./runs";

/** A table for a terminal, without colours, as it may end in a log. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({ head: [...head], style: { head: [], border: [] }, wordWrap: true });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

export function describeDeployments(deployments: readonly DeploymentStatus[]): string {
  return formatTable(
    ["environment", "stable", "canary", "previous", "serving at"],
    deployments.map(({ environment, stable, canary, previous, url }) => [
      environment,
      stable?.model ?? "-",
      canary ? `${canary.model} (${canary.weight} %)` : "-",
      previous?.model ?? "-",
      url ?? "not serving",
    ]),
  );
}

export function describeRuns(runs: readonly RunRecord[]): string {
  if (runs.length === 0) return "No runs yet.";
  return formatTable(
    ["run", "version", "outcome"],
    runs.map(({ id, version, outcome }) => [id, version ?? "-", outcome]),
  );
}
