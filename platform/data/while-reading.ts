import { PlatformError } from "../base/errors";

/** Runs what reads files; what goes wrong then is the files'. Throws DATA_UNREADABLE, in words. `format` is what they are read as. */
export async function whileReading<T>(files: string, read: () => Promise<T>, format?: string): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof PlatformError) throw cause;
    throw new PlatformError(
      "DATA_UNREADABLE",
      `${files} cannot be read${format === undefined ? "" : ` as ${format}`}. It may be damaged, or have changed while it was read; write or copy it again.`,
      { cause },
    );
  }
}
