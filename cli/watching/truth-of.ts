import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { findSetting } from "../../deploy/azure/stack-settings";
import { isDataFile } from "../../platform/data/data-names";
import { isHidden } from "../../platform/data/folder-files";
import { isAddress } from "../../platform/http/address";
import { placeOf } from "../../platform/release/place";
import { openStorage } from "../../platform/storage/open-storage";
import type { Storage } from "../../platform/storage/storage";
import type { Session } from "../session/session";
import type { TargetName } from "../session/target";
import { outputsOfEnvironment } from "./prediction-log-of";
import { fileOf } from "./score-file";

interface Asked {
  readonly target: TargetName;
  readonly environment: string;
  readonly model: string;
}

/** Paths of a folder's files that are read as data. */
async function dataFilesOf(storage: Storage, prefix = ""): Promise<string[]> {
  const names = await storage.list(prefix);
  return names.filter((name) => isDataFile(name) && !name.slice(prefix.length).split("/").some(isHidden));
}

/** A place below another one; a signature stays behind the address. */
function placeBelow(place: string, name: string): string {
  if (!isAddress(place)) return path.join(place, name);
  const address = new URL(place);
  address.pathname = `${address.pathname.replace(/\/$/, "")}/${name}/`;
  return address.href;
}

/** The folder in which truth about a model is delivered, of the settings or of the stack; undefined where neither names one. */
async function folderOfTruth(session: Session, asked: Asked): Promise<string | undefined> {
  const named = { process: "cli", name: "MLOPS_TRUTH" } as const;
  const place =
    session.settings.truth ??
    (placeOf(asked.target).environments === "stacks"
      ? findSetting(await outputsOfEnvironment(session, asked), named)
      : undefined);
  return place === undefined ? undefined : placeBelow(place, asked.model);
}

/** Where truth about a model has been delivered; undefined where there is no place for it, or nothing has come yet. */
export async function findTruth(session: Session, asked: Asked): Promise<string | undefined> {
  const folder = await folderOfTruth(session, asked);
  if (folder === undefined) return undefined;
  return (await dataFilesOf(await openStorage(folder))).length > 0 ? folder : undefined;
}

/** A file or folder of truth on this machine: itself or, of an address, a copy; one that ends in a slash is a folder's. */
export async function copyOfTruth(location: string, scratch: string): Promise<string> {
  if (!isAddress(location) || !new URL(location).pathname.endsWith("/")) return fileOf(location, scratch);
  const storage = await openStorage(location);
  const folder = path.join(scratch, "truth");
  for (const name of await dataFilesOf(storage)) {
    const copy = path.join(folder, name);
    await mkdir(path.dirname(copy), { recursive: true });
    await writeFile(copy, await storage.get(name));
  }
  return folder;
}
