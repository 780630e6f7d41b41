import { types } from "node:util";

/** Every code a user may meet, with the HTTP status it has when a service answers with it. */
export const errorCodes = {
  USAGE: 400,
  SETTINGS_INVALID: 400,
  DEFINITION_INVALID: 400,
  DATA_UNREADABLE: 400,
  DATA_INVALID: 400,
  INPUT_INVALID: 400,
  NOT_FOUND: 404,
  CONFLICT: 409,
  BUSY: 409,
  MODEL_INVALID: 500,
  REGISTRY_CORRUPT: 500,
  TRAINING_FAILED: 500,
  STORAGE_FAILED: 500,
  MLFLOW_FAILED: 503,
  AZURE_FAILED: 503,
  REMOTE_FAILED: 503,
  DEPLOYMENT_FAILED: 503,
  NOT_SERVING: 503,
  INTERRUPTED: 503,
} as const;

export type ErrorCode = keyof typeof errorCodes;

/**
 * A failure the user can do something about. The message says what is wrong, what is allowed and what to do;
 * it is printed without a stack. Anything else that is thrown is a bug.
 */
export class PlatformError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = "PlatformError";
  }

  get status(): number {
    return errorCodes[this.code];
  }
}

/** Codes of failures that lie in how a command was called. */
const usageCodes: readonly ErrorCode[] = ["USAGE", "SETTINGS_INVALID", "DEFINITION_INVALID"];

/** The exit code of a command that failed: 2 for wrong usage or settings, else 1. */
export function exitCodeOf(error: unknown): number {
  return error instanceof PlatformError && usageCodes.includes(error.code) ? 2 : 1;
}

/** What went wrong, in words. Not by `instanceof`: under a test runner, Node.js itself throws errors of another realm. */
export function reasonOf(thrown: unknown): string {
  return types.isNativeError(thrown) ? thrown.message : String(thrown);
}

/** The same with where it was thrown, of what only a person who looks at the code can do something about. */
export function stackOf(thrown: unknown): string {
  return types.isNativeError(thrown) ? (thrown.stack ?? thrown.message) : String(thrown);
}

/** How a program prints a bug: what is thrown and is no `PlatformError`. */
export function describeBug(thrown: unknown): string {
  return `This is a bug; please report it with these lines.\n${stackOf(thrown)}`;
}

/** The `code` of a Node.js system error ("ENOENT", "EADDRINUSE", ...), if that is what was thrown. */
export function systemErrorCode(error: unknown): string | undefined {
  // Not `instanceof`: under a test runner, Node.js itself throws errors of another realm.
  if (!types.isNativeError(error)) return undefined;
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === "string" ? code : undefined;
}

/** What to do, by the system's code; `SETTING` is the setting that names the folder. */
const storageRemedies: Record<string, string> = {
  ENOSPC: "The disk is full. Free some space or set SETTING to a folder on another disk.",
  EDQUOT: "The disk quota is used up. Free some space or set SETTING to a folder elsewhere.",
  EFBIG: "The file would be larger than this process may write. Raise the limit (ulimit -f).",
  EROFS: "The file system is read-only. Set SETTING to a folder that can be written.",
  EACCES: "Permission is denied. Change the folder's permissions or set SETTING to a folder of your own.",
  EPERM: "The operation is not permitted. Set SETTING to a folder that can be written.",
  ENOTDIR: "A part of the path is a file, not a folder. Remove it or set SETTING to another folder.",
  EISDIR: "A folder is there, and a file is expected. Name a file.",
  EBUSY: "A folder is there that is in use, and a file is expected. Name a file.",
  ENAMETOOLONG: "The path is too long. Set SETTING to a folder with a shorter path.",
  ELOOP: "The path leads in a circle of symbolic links. Set SETTING to another folder.",
  EMFILE: "Too many files are open. Raise the limit (ulimit -n).",
};

/** What went wrong, in words also where it is of disk, permission or path. */
export function explainedReasonOf(thrown: unknown): string {
  return reasonOf(explainStorageError(thrown));
}

/**
 * The same failure in words, if it is one of disk, permission or path; anything else comes back unchanged. `where` is
 * named when the failure names no path, as one of writing to an open file; `setting` is what names the folder.
 */
export function explainStorageError(
  error: unknown,
  where = "a file",
  setting: "MLOPS_HOME" | "MLOPS_MODELS" | "TMPDIR" = "MLOPS_HOME",
): unknown {
  const remedy = storageRemedies[systemErrorCode(error) ?? ""]?.replace("SETTING", setting);
  if (remedy === undefined) return error;
  const { path, syscall } = error as NodeJS.ErrnoException;
  return new PlatformError("STORAGE_FAILED", `Cannot ${syscall ?? "write"} ${path ?? where}. ${remedy}`, {
    cause: error,
  });
}
