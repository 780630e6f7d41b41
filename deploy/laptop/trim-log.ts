import { copyFile, stat, truncate } from "node:fs/promises";
import { systemErrorCode } from "../../platform/base/errors";

/** A log file may become this large, in bytes; so may the one before it. */
const maxBytes = 10_000_000;
const everyMs = 60_000;

/**
 * Begins a log file anew when it has become too large; what it held is in `<file>.1`, in place of what was there. The file stays the
 * same one, as processes that append to it have it open. What is written in that moment may be lost.
 */
export async function trimLog(file: string, max = maxBytes): Promise<void> {
  try {
    if ((await stat(file)).size <= max) return;
    await copyFile(file, `${file}.1`);
    await truncate(file);
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw error;
  }
}

/** Keeps log files from growing for ever, until what it returns is called. */
export function keepLogsSmall(files: readonly string[], report: (error: unknown) => void): () => void {
  const trim = (): void => void Promise.all(files.map((file) => trimLog(file))).catch(report);
  trim();
  const timer = setInterval(trim, everyMs).unref();
  return () => clearInterval(timer);
}
