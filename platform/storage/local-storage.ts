import { readFile, readdir, unlink } from "node:fs/promises";
import path from "node:path";
import { PlatformError, explainStorageError, systemErrorCode } from "../base/errors";
import { createFileAtomic, writeFileAtomic } from "../base/files";
import type { Storage } from "./storage";
import { assertPath } from "./storage-path";

/** Files that a crash during `put` may leave behind (`writeFileAtomic` names them); not part of the storage. */
const leftover = /\.\d+-[0-9a-f]{8}\.tmp$/;

const absent = ["ENOENT", "ENOTDIR", "EISDIR"];

/** Files below a folder of this machine. */
class LocalStorage implements Storage {
  constructor(private readonly directory: string) {}

  async put(file: string, content: Uint8Array | string): Promise<void> {
    await this.write(file, (target) => writeFileAtomic(target, content));
  }

  create(file: string, content: Uint8Array | string): Promise<boolean> {
    return this.write(file, (target) => createFileAtomic(target, content));
  }

  private async write<T>(file: string, work: (target: string) => Promise<T>): Promise<T> {
    assertPath(file, "path");
    const target = path.join(this.directory, file);
    try {
      return await work(target);
    } catch (error) {
      if (["EISDIR", "EEXIST", "ENOTEMPTY"].includes(systemErrorCode(error) ?? "")) {
        throw new PlatformError(
          "STORAGE_FAILED",
          `Cannot write "${file}" below ${this.directory}: a folder and a file would have the same name. Choose another path.`,
          { cause: error },
        );
      }
      throw explainStorageError(error, target);
    }
  }

  async get(file: string): Promise<Uint8Array> {
    assertPath(file, "path");
    try {
      return await readFile(path.join(this.directory, file));
    } catch (error) {
      if (!absent.includes(systemErrorCode(error) ?? "")) throw explainStorageError(error);
      throw new PlatformError(
        "NOT_FOUND",
        `There is no file "${file}" below ${this.directory}. Expected a path that was written before.`,
        { cause: error },
      );
    }
  }

  async list(prefix: string): Promise<string[]> {
    assertPath(prefix, "prefix");
    // Only the folder the prefix ends in is walked.
    const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
    try {
      const entries = await readdir(path.join(this.directory, folder), {
        recursive: true,
        withFileTypes: true,
      });
      return entries
        .filter((entry) => entry.isFile() && !leftover.test(entry.name))
        .map((entry) => path.relative(this.directory, path.join(entry.parentPath, entry.name)))
        .map((file) => file.split(path.sep).join("/"))
        .filter((file) => file.startsWith(prefix))
        .sort();
    } catch (error) {
      if (absent.includes(systemErrorCode(error) ?? "")) return [];
      throw explainStorageError(error);
    }
  }

  async delete(file: string): Promise<void> {
    assertPath(file, "path");
    try {
      await unlink(path.join(this.directory, file));
    } catch (error) {
      if (!absent.includes(systemErrorCode(error) ?? "")) throw explainStorageError(error);
    }
  }

  /** A folder keeps nothing of what was there before. */
  dropEarlier(prefix: string): Promise<void> {
    assertPath(prefix, "prefix");
    return Promise.resolve();
  }
}

/** A storage in a folder, which is created when the first file is written. */
export function openLocalStorage(directory: string): Storage {
  return new LocalStorage(path.resolve(directory));
}
