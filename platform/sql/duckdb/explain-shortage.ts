import { tmpdir } from "node:os";
import { PlatformError, systemErrorCode } from "../../base/errors";

/** The same failure in words, if memory, disk or a limit ran out; anything else comes back unchanged. */
export function explainShortage(error: unknown): unknown {
  const { message } = error as Error;
  const code = systemErrorCode(error) ?? "";
  if (code === "EFBIG" || /^IO Error: .*File too large/.test(message)) {
    return new PlatformError(
      "STORAGE_FAILED",
      `The data needs a file in ${tmpdir()} that is larger than this process may write. Raise the limit (ulimit -f).`,
      { cause: error },
    );
  }
  const isFull = ["ENOSPC", "EDQUOT"].includes(code);
  if (!isFull && !/^Out of Memory Error|No space left on device|Disk quota exceeded/.test(message))
    return error;
  const [, file] = /^IO Error: .*file "([^"]+)"/.exec(message) ?? [];
  if (file !== undefined && !file.startsWith(tmpdir())) {
    return new PlatformError(
      "STORAGE_FAILED",
      `There is no room for ${file}. Free some space on its disk, or name a file on another.`,
      { cause: error },
    );
  }
  return new PlatformError(
    "STORAGE_FAILED",
    `The data does not fit memory, and ${tmpdir()} has no room for the rest. Free some space there, set TMPDIR to a folder on another disk, or use less data.`,
    { cause: error },
  );
}
