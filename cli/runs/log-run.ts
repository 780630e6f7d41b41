import type { Entries } from "../../platform/model/run-entries";
import { orWarn } from "../../platform/registry/mlflow/log-entries";
import { isTrackingUri } from "../../platform/settings/mlflow-address";
import type { RunRecord } from "./runs";

/** Where runs are logged to, and who is told what could not be. */
interface RunServer {
  /** The registry's location; a folder keeps no runs. */
  readonly locate: () => Promise<string>;
  readonly warn: (message: string) => void;
  readonly signal: AbortSignal;
}

/** Writes to a run on the server that keeps the versions. A run does without it: what fails is told. */
export async function logRun(
  { locate, warn, signal }: RunServer,
  run: Pick<RunRecord, "id" | "model">,
  entries: Entries,
): Promise<void> {
  const trackingUri = await orWarn(locate, warn);
  if (trackingUri === undefined || !isTrackingUri(trackingUri)) return;
  // Loaded on use: a folder needs none of it.
  const { logToMlflow } =
    require("../../platform/registry/mlflow/mlflow-run-log") as typeof import("../../platform/registry/mlflow/mlflow-run-log");
  await logToMlflow({ trackingUri, signal, warn }, run, entries);
}
