import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { PlatformError, systemErrorCode } from "../../base/errors";
import { listFiles, otherThing } from "../../base/files";

/** Waits until a folder's names are on disk. Windows opens no folders; its file systems keep names in a journal. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Copies the files of a folder to a new one; they are on disk when it returns. */
export async function copyFolder(from: string, to: string): Promise<void> {
  const folders = new Set([to]);
  await mkdir(to, { recursive: true });
  for (const file of await listFiles(from)) {
    const target = path.join(to, file);
    for (let folder = path.dirname(target); !folders.has(folder); folder = path.dirname(folder)) {
      folders.add(folder);
    }
    await mkdir(path.dirname(target), { recursive: true });
    await pipeline(
      createReadStream(path.join(from, file)),
      createWriteStream(target, { flags: "wx", flush: true }),
    );
  }
  for (const folder of folders) await syncFolder(folder);
}

/** What `read` gives, or `otherwise` when there is no such file or folder. */
export async function ifThere<T>(read: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemErrorCode(error) ?? "")) return otherwise;
    throw error;
  }
}

/** Names in a folder, sorted; none when there is no folder. */
export async function namesIn(folder: string): Promise<string[]> {
  return (await ifThere(() => readdir(folder), [])).sort();
}

/** An entry that cannot be used: what is wrong, naming the path, and the remedy. */
export function corrupt(what: string, remedy: string): PlatformError {
  return new PlatformError("REGISTRY_CORRUPT", `${what}. ${remedy}.`);
}

/** Reads a file that the registry wrote; `undefined` when there is none, REGISTRY_CORRUPT when it is garbled. */
export async function findStored<T>(file: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    const text = await ifThere(() => readFile(file, "utf8"), undefined);
    return text === undefined ? undefined : schema.parse(JSON.parse(text));
  } catch (error) {
    const found = otherThing(error);
    if (found === undefined && !(error instanceof SyntaxError || error instanceof z.ZodError)) throw error;
    throw corrupt(
      `${file} ${found ?? "is not as the registry wrote it"}`,
      "Restore it from a backup, or move it away and register or set again what it held",
    );
  }
}
