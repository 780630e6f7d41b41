import { randomUUID } from "node:crypto";
import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { PlatformError, explainStorageError, systemErrorCode } from "../base/errors";

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
  /** data/<model>/<digest>/ */
  readonly data: string;
  /** audit/<number>.json */
  readonly audit: string;
  /** What this machine has seen last of an audit trail. */
  readonly auditSeen: string;
  /** windows/watched/<environment>/<model>/: what watching a model has measured */
  readonly windows: string;
  /** decisions/<environment>/<model>/: what was decided about it */
  readonly decisions: string;
  /** reports/<runId>.html */
  readonly reports: string;
  /** python/<environment>/, by what they are made of */
  readonly python: string;
}

/**
 * Throws STORAGE_FAILED where a workspace cannot be written, before work is done whose results would be lost. A file that is written and
 * removed again tells more than permissions do: a full or read-only disk is found now.
 */
export async function requireWritable({ home }: Workspace): Promise<void> {
  const probe = path.join(home, `.probe-${randomUUID()}`);
  try {
    await writeFile(probe, "probe", { flag: "wx" });
  } catch (error) {
    // The folder is what somebody can do something about.
    throw explainStorageError(Object.assign(error as Error, { path: home, syscall: "write to" }));
  } finally {
    await rm(probe, { force: true });
  }
}

async function isFolder(folder: string): Promise<boolean> {
  try {
    return (await stat(folder)).isDirectory();
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemErrorCode(error) ?? "")) return false;
    throw error;
  }
}

/**
 * Makes a folder and those above it. Not by mkdir's `recursive`, which reports ENOENT on a read-only file system and
 * never ends below /proc.
 */
async function makeFolder(folder: string): Promise<void> {
  if (await isFolder(folder)) return;
  const parent = path.dirname(folder);
  if (parent !== folder) await makeFolder(parent);
  try {
    await mkdir(folder);
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!(await isFolder(folder))) throw error;
  }
}

/** Makes the workspace's folder if there is none. It may be one that can only be read: what writes checks that by `requireWritable`. */
export async function openWorkspace(home: string): Promise<Workspace> {
  const root = path.resolve(home);
  try {
    await makeFolder(root);
  } catch (error) {
    if (systemErrorCode(error) === "EEXIST") {
      const { path: file = root } = error as NodeJS.ErrnoException;
      throw new PlatformError(
        "STORAGE_FAILED",
        `MLOPS_HOME is "${home}", ${file === root ? "which is a file" : `but ${file} is a file`}. Expected a folder. Remove the file or set MLOPS_HOME to another path.`,
        { cause: error },
      );
    }
    if (systemErrorCode(error) === "ENOENT") {
      throw new PlatformError(
        "STORAGE_FAILED",
        `MLOPS_HOME is "${home}", where no folder can be made. Set MLOPS_HOME to a path that can be written.`,
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
    data: path.join(root, "data"),
    audit: path.join(root, "audit"),
    windows: path.join(root, "windows"),
    decisions: path.join(root, "decisions"),
    auditSeen: path.join(root, "audit-seen"),
    reports: path.join(root, "reports"),
    python: path.join(root, "python"),
  });
}
