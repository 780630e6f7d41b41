import { randomUUID } from "node:crypto";
import { lstat, realpath, rename, rm } from "node:fs/promises";
import path from "node:path";
import { PlatformError, systemErrorCode } from "../../platform/base/errors";
import { digestOfFile, shortDigest } from "../../platform/base/files";
import { shownPath } from "../../platform/base/shown-path";
import type { DataVersions } from "../../platform/data/versions/data-versions";
import type { DataVersion } from "../../platform/data/versions/version-record";
import { openData } from "../../platform/data/open-data";
import type { ModelDefinition } from "../../platform/definition/definition";
import type { Session } from "../session/session";
import { keepData } from "./keep-data";

/** What became of what was there before. */
export interface Restored {
  readonly file: string;
  /** Whether the content was there already. */
  readonly unchanged: boolean;
  /** Digest by which the former data is kept. */
  readonly former?: string;
  /** Where the former folder is now, or file that is no data. */
  readonly movedTo?: string;
}

async function kindOf(file: string): Promise<DataVersion["kind"] | undefined> {
  try {
    return (await lstat(file)).isDirectory() ? "folder" : "file";
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemErrorCode(error) ?? "")) return undefined;
    throw error;
  }
}

/** A link is written through, so that it stays one; one that leads nowhere is replaced. */
async function placeOf(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return path.resolve(file);
    throw error;
  }
}

/** The data versions; throws SETTINGS_INVALID when they are switched off. */
export function dataVersionsOf(session: Session): DataVersions {
  if (session.dataVersions !== undefined) return session.dataVersions;
  throw new PlatformError(
    "SETTINGS_INVALID",
    'MLOPS_DATA_VERSIONS is "off", so there are no data versions. Expected a folder or the address of a blob container. Unset it, or set it to where they are.',
  );
}

/** Keeps what is in a place as a version when it is data; otherwise, or when it is a folder, moves it aside. */
async function secure(
  session: Session,
  definition: ModelDefinition,
  place: string,
): Promise<Pick<Restored, "former" | "movedTo">> {
  const former = await keepIfData(session, definition, place);
  const kept = former === undefined ? {} : { former };
  if (former !== undefined && (await kindOf(place)) === "file") return kept;
  // A folder may hold more than data.
  const movedTo = `${place}.before-${new Date().toISOString().replaceAll(/[:.]/g, "-")}`;
  await rename(place, movedTo);
  return { ...kept, movedTo };
}

async function keepIfData(
  session: Session,
  definition: ModelDefinition,
  place: string,
): Promise<string | undefined> {
  let data;
  try {
    data = await openData(definition, place);
  } catch (error) {
    // Damaged data is a reason to restore it.
    if (error instanceof PlatformError && error.code.startsWith("DATA_")) return undefined;
    throw error;
  }
  try {
    return (await keepData(session, definition, data.source))?.digest;
  } finally {
    await data.engine.close();
  }
}

/**
 * Writes a version of data to a place. What is there is never lost: without `force` it is left as it is, and with it, kept
 * as a version, or moved aside when it is a folder or no data.
 */
export async function restoreData(
  session: Session,
  definition: ModelDefinition,
  {
    version,
    output,
    force,
  }: { readonly version: DataVersion; readonly output: string; readonly force: boolean },
): Promise<Restored> {
  const place = await placeOf(output);
  const kind = await kindOf(place);
  const name = shortDigest(version.digest);
  if (kind === undefined) {
    await dataVersionsOf(session).restore(version, place);
    return { file: output, unchanged: false };
  }
  if (kind === "file" && version.kind === "file" && (await digestOfFile(place)) === version.digest) {
    return { file: output, unchanged: true };
  }
  if (kind !== version.kind) {
    throw new PlatformError(
      "CONFLICT",
      `${shownPath(output)} is a ${kind}, and data version ${name} is a ${version.kind}. Name another place with --output.`,
    );
  }
  if (!force) {
    throw new PlatformError(
      "CONFLICT",
      `${shownPath(output)} is there already, with other content than data version ${name}. Nothing was written. Name another place with --output, or add --force: what is there is then kept as a version of its own.`,
    );
  }
  // Checked to the last byte before anything that is there is touched.
  const restored = `${place}.${process.pid}-${randomUUID().slice(0, 8)}.tmp`;
  try {
    await dataVersionsOf(session).restore(version, restored);
    const secured = await secure(session, definition, place);
    await rename(restored, place);
    return { file: output, unchanged: false, ...secured };
  } finally {
    await rm(restored, { recursive: true, force: true });
  }
}
