import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { PlatformError, systemErrorCode } from "../base/errors";
import { counted } from "../base/wording";
import { isDataFile } from "./data-names";
import { deliveredFiles, findDelivery, presentFiles } from "./delivery";

/** Files of a folder that are no data; one with more was hardly meant, and may have any number below it. */
const maxOthers = 1000;

/** What is left out without a word, as Spark does: `_SUCCESS`, or what is still being written. */
export function isHidden(name: string): boolean {
  return /^[._]/.test(name);
}

/** Paths below a folder, with forward slashes, sorted. */
interface FolderFiles {
  readonly files: readonly string[];
  /** What is no file: sockets, pipes, devices. */
  readonly others: readonly string[];
}

function refuse(link: string, why: string, remedy: string): PlatformError {
  return new PlatformError("DATA_UNREADABLE", `${link} ${why}. ${remedy}`);
}

/** What a name leads to; links are followed. */
async function targetOf(file: string): Promise<{ kind: "file" | "folder" | "other"; place: string }> {
  try {
    const stats = await stat(file);
    const kind = stats.isDirectory() ? "folder" : stats.isFile() ? "file" : "other";
    return { kind, place: await realpath(file) };
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "ELOOP") throw refuse(file, "is a link that leads to itself", "Remove or correct it.");
    if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
    throw refuse(file, "is a link to something that is not there", "Remove it, or restore what it leads to.");
  }
}

/**
 * All files below a folder, also those that symbolic links lead to. A link that leads nowhere or in a circle is refused
 * by its name, and so is a second way to the same file, whose rows would be there twice. Where a manifest says what was
 * delivered (delivery.ts), those files, or of an earlier delivery those that are asked for with `only`.
 */
export async function listFolderFiles(folder: string, only?: readonly string[]): Promise<FolderFiles> {
  const files: string[] = [];
  const others: string[] = [];
  let strange = 0;
  const byPlace = new Map<string, string>();
  await walk("", [await realpath(folder)]);
  const delivery = await findDelivery(folder);
  if (delivery !== undefined) {
    const delivered =
      only === undefined ? deliveredFiles(folder, delivery, files) : presentFiles(folder, only);
    return { files: await delivered, others };
  }
  return { files: files.sort(), others: others.sort() };

  async function walk(below: string, above: readonly string[]): Promise<void> {
    for (const entry of await readdir(path.join(folder, below), { withFileTypes: true })) {
      if (isHidden(entry.name)) continue;
      const name = below === "" ? entry.name : `${below}/${entry.name}`;
      const file = path.join(folder, name);
      const { kind, place } = await targetOf(file);
      if (kind === "folder" && above.includes(place)) {
        throw refuse(file, "is a link to a folder that it is in, so it leads in a circle", "Remove it.");
      }
      if (kind === "folder") await walk(name, [...above, place]);
      else if (kind === "other") others.push(name);
      else takeFile(name, place);
    }
  }

  function takeFile(name: string, place: string): void {
    const other = byPlace.get(place);
    if (other !== undefined) {
      const [first, second] = [other, name].sort();
      throw refuse(
        folder,
        `has one file by two names, "${first}" and "${second}"`,
        "Its rows would be there twice. Remove one of the links.",
      );
    }
    byPlace.set(place, name);
    files.push(name);
    if (!isDataFile(name)) strange += 1;
    if (strange > maxOthers) {
      throw refuse(
        folder,
        `has more than ${counted(maxOthers, "file")} that are neither CSV nor Parquet`,
        "Name the folder in which the data lies, or the file.",
      );
    }
  }
}
