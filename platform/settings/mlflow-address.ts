import { z } from "zod";
import { trimEnd } from "../base/trim-end";
import { PlatformError } from "../base/errors";
import { isPrivate } from "../http/address";

/** Where an MLflow server is. */
export interface MlflowAddress {
  /** What the paths of MLflow's calls are appended to: no slash at its end. */
  readonly base: string;
  readonly origin: string;
  /** An Azure Machine Learning workspace, as `/subscriptions/.../workspaces/<name>`; other servers have none. */
  readonly workspace?: string;
}

const workspacePath =
  /^\/mlflow\/v\d+\.\d+(\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.MachineLearningServices\/workspaces\/[^/]+)$/i;

/** Whether a registry's location is the tracking URI of a server, and not a folder. */
export function isTrackingUri(location: string): boolean {
  return /^(https?|azureml):\/\//i.test(location);
}

/** The setting: "local", or a tracking URI. */
export const registryText = z
  .string()
  .refine((text) => text === "local" || isTrackingUri(text))
  .default("local");

function refuse(what: string): PlatformError {
  return new PlatformError(
    "SETTINGS_INVALID",
    `${what}. Expected http(s)://<host>, or azureml://<region>.api.azureml.ms/mlflow/v1.0/subscriptions/... as the workspace's property mlFlowTrackingUri has it. Correct it.`,
  );
}

/** Reads a tracking URI; throws SETTINGS_INVALID when it is none, or holds a secret. */
export function parseTrackingUri(text: string): MlflowAddress {
  const onAzure = /^azureml:/i.test(text);
  const http = text.replace(/^azureml:/i, "https:");
  if (!isTrackingUri(text) || !URL.canParse(http)) throw refuse(`"${text}" is not a tracking URI`);
  const { origin, pathname, search, hash, username, password } = new URL(http);
  if (`${search}${hash}${username}${password}` !== "") {
    // Not shown: this is where a password or a signature would be.
    throw refuse(`The tracking URI of ${origin} has a user, a query or a fragment in it`);
  }
  const path = trimEnd(pathname, "/");
  const workspace = workspacePath.exec(path)?.[1];
  if (onAzure && workspace === undefined) throw refuse(`"${text}" names no Azure Machine Learning workspace`);
  return { base: `${origin}${path}`, origin, ...(workspace !== undefined && { workspace }) };
}

/** Whether a token may be sent to a server: only encrypted, or within this machine. */
export function mayGetToken({ origin }: MlflowAddress): boolean {
  return isPrivate(origin);
}

/**
 * Whether an address is the server that MLFLOW_TRACKING_URI names, to which the other variables of a job belong: its
 * run and its token. Not set, they belong to whatever server is asked. A workspace has several hosts and versions.
 */
export function isServerOfJob(address: MlflowAddress, env: NodeJS.ProcessEnv): boolean {
  const uri = env.MLFLOW_TRACKING_URI;
  if (uri === undefined || !isTrackingUri(uri)) return true;
  const job = parseTrackingUri(uri);
  if (job.workspace === undefined || address.workspace === undefined) return job.base === address.base;
  return job.workspace.toLowerCase() === address.workspace.toLowerCase();
}
