import { randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { PlatformError, explainStorageError, systemErrorCode } from "./errors";

/** Absolute paths of what is kept on one machine, all below MLOPS_HOME. */
export interface Workspace {
  readonly home: string;
  /** runs/<runId>/ */
  readonly runs: string;
  readonly registry: string;
  /** packages/<name>-<version>-<digest12>/ */
  readonly packages: string;
  /** environments/<environment>/<model>/ */
  readonly environments: string;
  /** predictions/<environment>/<model>/ */
  readonly predictions: string;
  /** reports/<runId>.html */
  readonly reports: string;
}

/** A file that is written and removed again tells more than permissions do: a full or read-only disk is found now. */
async function assertWritable(home: string): Promise<void> {
  const probe = path.join(home, `.probe-${randomUUID()}`);
  try {
    await writeFile(probe, "probe", { flag: "wx" });
  } finally {
    await rm(probe, { force: true });
  }
}

/** Makes the workspace's folder if there is none and checks that it can be written. */
export async function openWorkspace(home: string): Promise<Workspace> {
  const root = path.resolve(home);
  try {
    await mkdir(root, { recursive: true });
    await assertWritable(root);
  } catch (error) {
    if (systemErrorCode(error) === "EEXIST") {
      throw new PlatformError(
        "STORAGE_FAILED",
        `MLOPS_HOME is "${home}", which is a file. Expected a folder. Remove the file or set MLOPS_HOME to another path.`,
        { cause: error },
      );
    }
    throw explainStorageError(error, root);
  }
  return Object.freeze({
    home: root,
    runs: path.join(root, "runs"),
    registry: path.join(root, "registry"),
    packages: path.join(root, "packages"),
    environments: path.join(root, "environments"),
    predictions: path.join(root, "predictions"),
    reports: path.join(root, "reports"),
  });
}
