import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { PlatformError } from "../../platform/base/errors";
import { digestOf, shortDigest, toStoredJson } from "../../platform/base/files";
import { shownPath } from "../../platform/base/shown-path";
import { counted } from "../../platform/base/wording";
import {
  completeName,
  deliveriesFolder,
  deliverySchema,
  manifestName,
  type Delivery,
} from "../../platform/data/delivery";
import type { DataSource } from "../../platform/data/source";
import { digestOfFiles } from "../../platform/data/versions/data-versions";
import type { Storage } from "../../platform/storage/storage";

export interface Push {
  readonly storage: Storage;
  /** Folder of the model's data in the storage. */
  readonly model: string;
  /** Data that was checked. */
  readonly source: DataSource;
  readonly now: Date;
  /** Whether files that somebody else laid there give way. */
  readonly force: boolean;
  /** Whether what waits for new data hears of it, as a stack's retraining does. */
  readonly announce: boolean;
  /** Path in the repository, for a pipeline: it leaves what another than a pipeline has delivered. */
  readonly from?: string | undefined;
}

export interface Pushed {
  readonly digest: string;
  readonly rows: number;
  readonly files: number;
  /** Whether it was what is there already; nothing was written then. */
  readonly unchanged: boolean;
  /** Digest of what was there before. */
  readonly former?: string;
}

/** What was left as it is, and why. */
export interface Left {
  readonly left: string;
}

/** What `fs.readFile` takes. */
const maxFileBytes = 2 ** 31 - 1;

/** The last delivery. */
async function findDelivered(
  { storage, model }: Push,
  there: readonly string[],
): Promise<Delivery | "unreadable" | undefined> {
  const manifest = `${model}/${manifestName}`;
  if (!there.includes(manifest)) return undefined;
  const bytes = await storage.get(manifest);
  try {
    return deliverySchema.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
  } catch {
    return "unreadable";
  }
}

/** Files of other programs, which are read where there is no manifest. */
function filesBeside({ model }: Push, there: readonly string[]): readonly string[] {
  return there.filter((file) => !/\/[._]/.test(file.slice(model.length)));
}

/** Why a pipeline leaves what it finds; undefined where it may put the repository's data there. */
export function findReasonToLeave(
  found: { readonly delivery: Delivery | "unreadable" | undefined; readonly beside: readonly string[] },
  digest: string,
): string | undefined {
  const { delivery, beside } = found;
  const [first] = beside;
  if (first !== undefined)
    return `another program has laid ${counted(beside.length, "file")} there, ${first} first`;
  if (delivery === "unreadable") return `its ${manifestName} cannot be read`;
  if (delivery === undefined || delivery.from !== undefined || delivery.digest === digest) return undefined;
  const { rows, deliveredAt } = delivery;
  return `somebody has delivered ${counted(rows, "row")} on ${deliveredAt}, version ${shortDigest(delivery.digest)}`;
}

/** Files that are read where there is no manifest: they would be left out from now on. */
function requireAlone({ force }: Push, beside: readonly string[]): void {
  if (force || beside.length === 0) return;
  throw new PlatformError(
    "CONFLICT",
    `The folder has ${counted(beside.length, "file")} of another program, ${beside[0]} first. What is pushed takes the place of all data there. Nothing was written. Remove them, or have that done with --force.`,
  );
}

async function readFileOf(file: string): Promise<Buffer> {
  const { size } = await stat(file);
  if (size <= maxFileBytes) return readFile(file);
  throw new PlatformError(
    "INPUT_INVALID",
    `${shownPath(file)} has ${size} bytes. A file of a delivery has at most ${maxFileBytes}. Split it into a folder of several, or write it as Parquet.`,
  );
}

/** Uploads the files, each whole; returns what the manifest says of them. */
async function upload({ storage, model, source }: Push): Promise<Delivery["files"]> {
  const place = `${deliveriesFolder}/${shortDigest(source.digest)}`;
  const isFolder = source.files !== undefined;
  const names = source.files ?? [path.basename(source.file)];
  const listing: { path: string; bytes: number; digest: ReturnType<typeof digestOf> }[] = [];
  for (const name of names) {
    const bytes = await readFileOf(isFolder ? path.join(source.file, name) : source.file);
    await storage.put(`${model}/${place}/${name}`, bytes);
    listing.push({ path: name, bytes: bytes.byteLength, digest: digestOf(bytes) });
  }
  if (digestOfFiles({ kind: isFolder ? "folder" : "file", files: listing }) !== source.digest) {
    throw new PlatformError(
      "CONFLICT",
      `${shownPath(source.file)} has changed since it was checked. What was delivered before still is what is read. Run again when the data is complete.`,
    );
  }
  return listing.map((file) => ({ ...file, path: `${place}/${file.path}` }));
}

/**
 * Delivers data to the folder that a stack trains on: as a version of its own beside the one before, which a manifest then
 * makes the data, in one step. A push that is stopped anywhere has changed nothing, and goes on when it is run again. A pipeline's
 * changes nothing where anybody else has delivered.
 */
export async function pushData(push: Push): Promise<Pushed | Left> {
  const { storage, model, source, now, announce, force, from } = push;
  const { digest, rows } = source;
  const there = await storage.list(`${model}/`);
  const delivery = await findDelivered(push, there);
  const beside = filesBeside(push, there);
  const left = from === undefined || force ? undefined : findReasonToLeave({ delivery, beside }, digest);
  if (left !== undefined) return { left };
  requireAlone(push, beside);
  // A new manifest takes the place of one that cannot be read.
  const former = delivery === "unreadable" ? undefined : delivery;
  if (former?.digest === digest && beside.length === 0) {
    // The repository's data, whoever has brought it: the next of the repository's may take its place.
    if (from !== undefined && former.from === undefined)
      await storage.put(`${model}/${manifestName}`, toStoredJson({ ...former, from }));
    return { digest, rows, files: former.files.length, unchanged: true };
  }
  const files = await upload(push);
  const next: Delivery = {
    digest,
    rows,
    deliveredAt: now.toISOString(),
    ...(from !== undefined && { from }),
    files,
  };
  for (const file of beside) await storage.delete(file);
  await storage.put(`${model}/${manifestName}`, toStoredJson(next));
  if (announce) await storage.put(`${model}/${completeName}`, "");
  return {
    digest,
    rows,
    files: files.length,
    unchanged: false,
    ...(former !== undefined && { former: former.digest }),
  };
}
