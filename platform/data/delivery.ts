import { stat } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { PlatformError, systemErrorCode } from "../base/errors";
import { digestOfFile, digestOfListing, shortDigest, type Digest, type FileDigest } from "../base/files";
import { pathBelowSchema } from "../base/path-below";
import { digestSchema, findRecord } from "../base/stored-record";

/** Says which files a folder's data is; written last, so that a reader finds one delivery or the other, never a part. */
export const manifestName = "_manifest.json";
/** An empty file by which a writer says that all is there: in Azure it starts a retraining. */
export const completeName = "_SUCCESS";
/** Where the files of deliveries lie, each in a folder of its digest; without a manifest nobody reads them. */
export const deliveriesFolder = "_deliveries";

export const deliverySchema = z.object({
  /** Of the file, or the listing of a folder, that was delivered. */
  digest: digestSchema,
  rows: z.int().min(0),
  deliveredAt: z.iso.datetime(),
  /** Path in the repository that a pipeline delivered it from; absent where somebody has delivered it. */
  from: z.string().min(1).exactOptional(),
  files: z
    .array(
      z.object({
        /** Below the folder, with forward slashes. */
        path: pathBelowSchema.regex(/^_deliveries\/[0-9a-f]{12}\/[^\\]+$/),
        bytes: z.int().min(0),
        digest: digestSchema,
      }),
    )
    .min(1),
});

/** A table as `mlops data push` delivered it to a folder. */
export type Delivery = Readonly<z.output<typeof deliverySchema>>;

function refuse(folder: string, why: string, remedy: string): PlatformError {
  return new PlatformError("DATA_UNREADABLE", `${folder} ${why}. ${remedy}`);
}

/**
 * The manifest by which files of a delivery are read where they have come alone; undefined when they are not all of one. The digest is
 * of the files as they were before they were delivered.
 */
export function deliveryOf(
  files: Delivery["files"],
  { rows, deliveredAt }: Pick<Delivery, "rows" | "deliveredAt">,
): Delivery | undefined {
  const [, place] = /^(_deliveries\/[0-9a-f]{12}\/)/.exec(files[0]?.path ?? "") ?? [];
  if (place === undefined || !files.every(({ path: name }) => name.startsWith(place))) return undefined;
  const before = files.map((file) => ({ path: file.path.slice(place.length), digest: file.digest }));
  const [only, another] = before;
  const digest = only !== undefined && another === undefined ? only.digest : digestOfListing(before);
  return { digest, rows, deliveredAt, files };
}

/** Whether a digest is of what a delivery of data that is here becomes: the same files, below the folder of the delivery. */
export async function isDelivered(
  {
    file,
    files,
    digest,
  }: { readonly file: string; readonly files?: readonly string[]; readonly digest: Digest },
  delivered: string,
): Promise<boolean> {
  const place = `${deliveriesFolder}/${shortDigest(digest)}`;
  const listing: FileDigest[] = [];
  if (files === undefined) listing.push({ path: `${place}/${path.basename(file)}`, digest });
  for (const name of files ?? [])
    listing.push({ path: `${place}/${name}`, digest: await digestOfFile(path.join(file, name)) });
  return digestOfListing(listing) === delivered;
}

/** What was last delivered to a folder; undefined when its files are simply those that are there. */
export function findDelivery(folder: string): Promise<Delivery | undefined> {
  return findRecord(path.join(folder, manifestName), deliverySchema, "Deliver the data again.");
}

/**
 * Paths of the files that were delivered. Throws DATA_UNREADABLE when one is missing or of another size, and when other
 * files lie beside them, which would be left out without a word.
 */
export async function deliveredFiles(
  folder: string,
  { files }: Delivery,
  beside: readonly string[],
): Promise<string[]> {
  if (beside.length > 0) {
    throw refuse(
      folder,
      `has data that \`mlops data push\` delivered, and "${beside[0]}" beside it`,
      `One of them is the data. Remove the file, or ${manifestName}.`,
    );
  }
  for (const { path: name, bytes } of files) {
    const found = await sizeOf(path.join(folder, name));
    if (found === bytes) continue;
    const why = found === undefined ? "is not there" : `has ${found} bytes instead of ${bytes}`;
    throw refuse(folder, `lacks what its ${manifestName} names: "${name}" ${why}`, "Deliver the data again.");
  }
  return files.map(({ path: name }) => name).sort();
}

/** Those of the paths that are there: a run goes on with the delivery that it began with, when another comes meanwhile. */
export async function presentFiles(folder: string, names: readonly string[]): Promise<string[]> {
  const sizes = await Promise.all(names.map((name) => sizeOf(path.join(folder, name))));
  return names.filter((_, index) => sizes[index] !== undefined).sort();
}

async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
