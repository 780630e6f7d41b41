import { openLocalRegistry } from "./local/local-registry";
import type { LocalRegistryOptions } from "./local/local-registry";
import { isServerOfJob, isTrackingUri, parseTrackingUri } from "../settings/mlflow-address";
import type { Registry } from "./registry";
import { readSigningKey } from "../signing/signing-keys";
import { readTrustedKeys } from "../signing/trusted-keys";
import { signingRegistry } from "./signing-registry";
import { trustingRegistry } from "./trusting-registry";

/** Opens the registry at a location: a folder, or the tracking URI of an MLflow server or Azure ML workspace. */
export function openRegistry(location: string, options: RegistryOptions): Registry {
  const { signingKey, trustedKeys } = options;
  const opened = openUnsigned(location, options);
  const registry =
    trustedKeys === undefined ? opened : trustingRegistry(opened, () => readTrustedKeys(trustedKeys));
  if (signingKey === undefined) return registry;
  return signingRegistry(registry, async () => {
    const location = typeof signingKey === "string" ? signingKey : await signingKey();
    return location === undefined ? undefined : readSigningKey(location);
  });
}

interface RegistryOptions extends LocalRegistryOptions {
  readonly signal?: AbortSignal;
  /** Versions that are registered are signed with this key: a PEM file, or the address of a vault's key or secret; or who finds it when it is needed. */
  readonly signingKey?: string | (() => Promise<string | undefined>) | undefined;
  /** What is downloaded has to be signed by one of these keys: a PEM file, or its text. */
  readonly trustedKeys?: string | undefined;
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
