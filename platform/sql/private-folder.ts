import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { systemErrorCode } from "../base/errors";

/** A new folder that nobody else may read; undefined where nothing may be written, as in a container with a read-only root. */
export async function makePrivateFolder(prefix: string): Promise<string | undefined> {
  const folder = path.join(tmpdir(), `${prefix}${randomUUID()}`);
  try {
    await mkdir(folder, { mode: 0o700 });
    return folder;
  } catch (error) {
    if (["EROFS", "EACCES", "ENOENT"].includes(systemErrorCode(error) ?? "")) return undefined;
    throw error;
  }
}
