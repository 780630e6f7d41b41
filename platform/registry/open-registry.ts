import { openLocalRegistry } from "./local/local-registry";
import type { LocalRegistryOptions } from "./local/local-registry";
import { isServerOfJob, isTrackingUri, parseTrackingUri } from "../settings/mlflow-address";
import type { Registry } from "./registry";
import { readSigningKey } from "./signing-keys";
import { signingRegistry } from "./signing-registry";

/** Opens the registry at a location: a folder, or the tracking URI of an MLflow server or Azure ML workspace. */
export function openRegistry(location: string, options: RegistryOptions): Registry {
  const { signingKey } = options;
  const registry = openUnsigned(location, options);
  return signingKey === undefined ? registry : signingRegistry(registry, () => readSigningKey(signingKey));
}

interface RegistryOptions extends LocalRegistryOptions {
  readonly signal?: AbortSignal;
  /** Versions that are registered are signed with this key: a PEM file, or the address of a vault's secret. */
  readonly signingKey?: string | undefined;
}

function openUnsigned(location: string, options: RegistryOptions): Registry {
  if (!isTrackingUri(location)) return openLocalRegistry(location, options);
  const ofJob = isServerOfJob(parseTrackingUri(location), process.env);
  const runId = ofJob ? process.env.MLFLOW_RUN_ID : undefined;
  // Loaded on demand: a folder does not need it.
  const { openMlflowRegistry } =
    require("./mlflow/mlflow-registry") as typeof import("./mlflow/mlflow-registry");
  return openMlflowRegistry({ ...options, trackingUri: location, ...(runId && { runId }) });
}
