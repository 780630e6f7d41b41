import { createHash, randomUUID } from "node:crypto";
import { link, mkdir, mkdtemp, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { PlatformError, systemErrorCode } from "./errors";
import { writeSectors } from "./write-direct";

/** A SHA-256 digest in lower-case hexadecimal. */
export type Digest = string & { readonly digest: unique symbol };

export function digestOf(content: string | Uint8Array): Digest {
  return createHash("sha256").update(content).digest("hex") as Digest;
}

/** Enough of a digest for people to tell it from others. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 12);
}

/** Bytes that are read at once of a file that is hashed, into one buffer: streams take twice the time to hand them on. */
const hashedBytes = 1024 * 1024;

export async function digestOfFile(file: string): Promise<Digest> {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(hashedBytes);
  const handle = await open(file, "r");
  try {
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, hashedBytes);
      if (bytesRead === 0) return hash.digest("hex") as Digest;
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}

/** Paths of all files below `directory`, relative to it, with forward slashes, sorted. */
export async function listFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      path.relative(directory, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"),
    )
    .sort();
}

/** A file below a folder, by its relative path with forward slashes. */
export interface FileDigest {
  readonly path: string;
  readonly digest: Digest;
}

/** All files below a folder, sorted by path. */
export async function digestsOfFiles(directory: string): Promise<FileDigest[]> {
  const digests: FileDigest[] = [];
  for (const file of await listFiles(directory)) {
    digests.push({ path: file, digest: await digestOfFile(path.join(directory, file)) });
  }
  return digests;
}

/** One digest for a folder: of the sorted list of its files' names and digests. */
export function digestOfListing(files: readonly FileDigest[]): Digest {
  return digestOf(files.map((file) => `${file.path} ${file.digest}\n`).join(""));
}

export async function digestOfDirectory(directory: string): Promise<Digest> {
  return digestOfListing(await digestsOfFiles(directory));
}

/** Writes the content to a file beside `file`, on disk when it is handed to `place`; that file is gone afterwards. */
async function writeBeside<T>(
  file: string,
  { content, mode = 0o644 }: { readonly content: string | Uint8Array; readonly mode?: number | undefined },
  place: (temporary: string) => Promise<T>,
): Promise<T> {
  await mkdir(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}-${randomUUID().slice(0, 8)}.tmp`;
  try {
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    const written = await writeSectors(temporary, bytes, mode);
    const handle = await open(temporary, written > 0 ? "a" : "wx", mode);
    try {
      await handle.writeFile(bytes.subarray(written));
      await handle.sync();
    } finally {
      await handle.close();
    }
    return await place(temporary);
  } catch (error) {
    // A failure to write to an open file names none: on a full disk it is to be known which one was written.
    if (systemErrorCode(error) !== undefined) Object.assign(error as Error, { path: file });
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * Replaces `file` in one step: a reader, or a crash at any moment, sees the old content or the new, never a
 * part. The content is on disk before the name points to it.
 */
export async function writeFileAtomic(
  file: string,
  content: string | Uint8Array,
  mode?: number,
): Promise<void> {
  await writeBeside(file, { content, mode }, (temporary) => rename(temporary, file));
}

/** Makes `file` in one step if there is none, in the same way; whether there was none. Of several at once, one succeeds. */
export async function createFileAtomic(file: string, content: string | Uint8Array): Promise<boolean> {
  return writeBeside(file, { content }, async (temporary) => {
    try {
      // Unlike a rename, a link does not replace what has the name.
      await link(temporary, file);
      return true;
    } catch (error) {
      if (systemErrorCode(error) === "EEXIST") return false;
      throw error;
    }
  });
}

/** JSON as it is stored: two-space indentation, a line feed at the end. NaN and Infinity are refused. */
export function toStoredJson(value: unknown): string {
  const text = JSON.stringify(
    value,
    (key, item: unknown) => {
      if (typeof item === "number" && !Number.isFinite(item)) {
        throw new PlatformError(
          "STORAGE_FAILED",
          `"${key}" is ${item}, which JSON cannot hold. This is a bug.`,
        );
      }
      return item;
    },
    2,
  );
  return `${text}\n`;
}

/** Writes a JSON file atomically. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  await writeFileAtomic(file, toStoredJson(value));
}

/** What to do about a file of ours that cannot be read. */
export const fileRemedy = "Delete it, or restore it from a backup.";

/** Failures to read a file that say that something else is at its place. */
const otherThings: Readonly<Record<string, string>> = {
  EISDIR: "is a folder, and not a file",
  ENOTDIR: "lies below a file, and not in a folder",
  ELOOP: "is a link that leads back to itself",
};

/** What is at the place of a file that could not be read, in words, where that is something else than a file. */
export function otherThing(error: unknown): string | undefined {
  return otherThings[systemErrorCode(error) ?? ""];
}

/** Reads a JSON file; `undefined` when there is none, STORAGE_FAILED with the remedy when it is something else. */
export async function findJson(file: string, remedy = fileRemedy): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    const found = otherThing(error);
    if (found === undefined) throw error;
    throw new PlatformError("STORAGE_FAILED", `${file} ${found}. ${remedy}`, { cause: error });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new PlatformError("STORAGE_FAILED", `${file} is not valid JSON. ${remedy}`, { cause });
  }
}

export async function fileExists(file: string): Promise<boolean> {
  try {
    const handle = await open(file, "r");
    await handle.close();
    return true;
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemErrorCode(error) ?? "")) return false;
    throw error;
  }
}

/** Works in a folder on this machine's own disk, whose name begins with `prefix`; it is removed afterwards. */
export async function withTemporaryFolder<T>(
  prefix: string,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), prefix));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
