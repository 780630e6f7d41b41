import { isTrackingUri } from "../../settings/mlflow-address";
import type { Tracking } from "./mlflow-tracking";

/** Where a job is told to log. */
interface TrackedRuns {
  /** The job's own run. */
  readonly run: Tracking;
  /** The run of the pipeline that the job is a step of; absent when it is none. */
  readonly pipeline?: Tracking;
}

/**
 * Opens the run that MLFLOW_TRACKING_URI and MLFLOW_RUN_ID name, as a job of Azure Machine Learning has them, and that
 * of its pipeline; undefined without them. Runs are never made here: a job has one.
 */
export function openRunTracking(env: NodeJS.ProcessEnv, signal?: AbortSignal): TrackedRuns | undefined {
  const { MLFLOW_TRACKING_URI: trackingUri, MLFLOW_RUN_ID: runId, AZUREML_ROOT_RUN_ID: root } = env;
  if (trackingUri === undefined || !isTrackingUri(trackingUri) || !runId) return undefined;
  // Loaded on use: without a run none of it is needed.
  const { openMlflowTracking } = require("./mlflow-tracking") as typeof import("./mlflow-tracking");
  const connection = { trackingUri, ...(signal && { signal }) };
  const run = openMlflowTracking({ ...connection, runId });
  if (!root || root === runId) return { run };
  return { run, pipeline: openMlflowTracking({ ...connection, runId: root }) };
}
