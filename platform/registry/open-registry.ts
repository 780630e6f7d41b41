import { openLocalRegistry } from "./local/local-registry";
import type { LocalRegistryOptions } from "./local/local-registry";
import { isServerOfJob, isTrackingUri, parseTrackingUri } from "../settings/mlflow-address";
import type { Registry } from "./registry";

/** Opens the registry at a location: a folder, or the tracking URI of an MLflow server or Azure ML workspace. */
export function openRegistry(
  location: string,
  options: LocalRegistryOptions & { readonly signal?: AbortSignal },
): Registry {
  if (!isTrackingUri(location)) return openLocalRegistry(location, options);
  const ofJob = isServerOfJob(parseTrackingUri(location), process.env);
  const runId = ofJob ? process.env.MLFLOW_RUN_ID : undefined;
  // Loaded on use: a folder needs none of it.
  const { openMlflowRegistry } =
    require("./mlflow/mlflow-registry") as typeof import("./mlflow/mlflow-registry");
  return openMlflowRegistry({ ...options, trackingUri: location, ...(runId && { runId }) });
}
