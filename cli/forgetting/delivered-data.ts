import path from "node:path";
import { readFile, writeFile } from "node:fs/promises";
import { PlatformError } from "../../platform/base/errors";
import { digestOf, shortDigest, toStoredJson, withTemporaryFolder } from "../../platform/base/files";
import { isDataFile } from "../../platform/data/data-names";
import { deliveriesFolder, deliveryOf, manifestName, type Delivery } from "../../platform/data/delivery";
import { findRowsWith, removeRowsWith, type FoundRows, type RowsWith } from "../../platform/data/remove-rows";
import { openEngine } from "../../platform/sql/open-engine";
import type { SqlEngine } from "../../platform/sql/engine";
import type { Storage } from "../../platform/storage/storage";
import { findStackDelivery } from "../data/stack-data";

/** A file of a stack's data that has rows of a person, by its path in the container. */
interface FileWithRows extends Pick<FoundRows, "rows" | "of"> {
  readonly file: string;
}

/** What was delivered to a stack, and what other programs laid there, of a person. */
export interface DeliveredRows {
  readonly files: readonly FileWithRows[];
  /** What the rows have in another column that was asked for. */
  readonly others: readonly string[];
  /** Files of data that cannot be read, so nobody knows what they have. */
  readonly unread: readonly string[];
}

/** Files that have rows, and which rows. */
interface Removal {
  readonly found: readonly FileWithRows[];
  readonly wanted: RowsWith;
}

/** Files of a model's data in a stack's container. */
interface StackData {
  readonly storage: Storage;
  readonly model: string;
}

/** Works with a copy of a file on this machine's own disk. */
export async function withCopy<T>(
  { storage }: Pick<StackData, "storage">,
  file: string,
  work: (engine: SqlEngine, copy: string) => Promise<T>,
): Promise<T> {
  return withTemporaryFolder("mlops-forget-", async (folder) => {
    const copy = path.join(folder, path.basename(file));
    await writeFile(copy, await storage.get(file));
    const engine = await openEngine();
    try {
      return await work(engine, copy);
    } finally {
      await engine.close();
    }
  });
}

/** Looks for rows in all that a stack's container has of a model, also in deliveries that nobody reads any more. */
export async function findDelivered(
  data: StackData,
  wanted: RowsWith,
  other: string | undefined,
): Promise<DeliveredRows> {
  const files: FileWithRows[] = [];
  const others: string[] = [];
  const unread: string[] = [];
  for (const file of (await data.storage.list(`${data.model}/`)).filter(isDataFile)) {
    try {
      const found = await withCopy(data, file, (engine, copy) => findRowsWith(engine, copy, wanted, other));
      others.push(...found.others);
      if (found.rows > 0) files.push({ file, rows: found.rows, of: found.of });
    } catch (error) {
      if (!(error instanceof PlatformError) || !error.code.startsWith("DATA_")) throw error;
      unread.push(file);
    }
  }
  return { files, others, unread };
}

/** What a file has without the rows; undefined where it has no others. */
async function withoutRows(
  data: StackData,
  { file, rows, of }: FileWithRows,
  wanted: RowsWith,
): Promise<Uint8Array | undefined> {
  if (rows === of) return undefined;
  return withCopy(data, file, async (engine, copy) => {
    await removeRowsWith(engine, copy, wanted);
    return readFile(copy);
  });
}

function nothingLeft({ model }: StackData, rows: number): PlatformError {
  return new PlatformError(
    "DATA_INVALID",
    `All ${rows} rows of the data that a stack trains on would have to go from ${model}/. Data has at least one row. Deliver other data first (\`mlops data push --model ${model}\`), and run again.`,
  );
}

/** A file of a delivery, and where it is on this machine's disk, if it is without rows that it had. */
interface LeftFile {
  readonly file: Delivery["files"][number];
  readonly copy?: string;
}

/** What is left of the files of a delivery; those without rows of the person are as they were. */
async function leftOf(
  data: StackData,
  { files }: Delivery,
  { found, wanted, folder }: Removal & { readonly folder: string },
): Promise<LeftFile[]> {
  const left: LeftFile[] = [];
  for (const [index, file] of files.entries()) {
    const hit = found.find((each) => each.file === `${data.model}/${file.path}`);
    const content = hit && (await withoutRows(data, hit, wanted));
    if (hit === undefined) left.push({ file });
    if (content === undefined) continue;
    const copy = path.join(folder, String(index));
    await writeFile(copy, content);
    left.push({ file: { path: file.path, bytes: content.byteLength, digest: digestOf(content) }, copy });
  }
  return left;
}

/**
 * Delivers what is left of the delivery that is read, as one of its own, in one step, as a push does, but starts no training by it. The files
 * of the former go.
 */
async function deliverRest(data: StackData, delivery: Delivery, removal: Removal): Promise<void> {
  const { storage, model } = data;
  const removed = removal.found.reduce((sum, { rows }) => sum + rows, 0);
  await withTemporaryFolder("mlops-forget-", async (folder) => {
    const left = await leftOf(data, delivery, { ...removal, folder });
    const rest = deliveryOf(
      left.map(({ file }) => file),
      { ...delivery, rows: Math.max(0, delivery.rows - removed) },
    );
    if (rest === undefined) throw nothingLeft(data, removed);
    const place = `${deliveriesFolder}/${shortDigest(rest.digest)}`;
    const files = [];
    for (const { file, copy } of left) {
      const name = [place, ...file.path.split("/").slice(2)].join("/");
      const bytes = copy === undefined ? await storage.get(`${model}/${file.path}`) : await readFile(copy);
      await storage.put(`${model}/${name}`, bytes);
      files.push({ ...file, path: name });
    }
    await storage.put(`${model}/${manifestName}`, toStoredJson({ ...rest, files }));
  });
  for (const { path: name } of delivery.files) await storage.delete(`${model}/${name}`);
}

/** Removes rows where there is no manifest, and so every file is read. */
async function rewrite(
  data: StackData,
  hit: FileWithRows,
  { wanted, isLast }: { readonly wanted: RowsWith; readonly isLast: boolean },
): Promise<void> {
  const content = await withoutRows(data, hit, wanted);
  if (content !== undefined) await data.storage.put(hit.file, content);
  else if (isLast) throw nothingLeft(data, hit.rows);
  else await data.storage.delete(hit.file);
}

/**
 * Removes the rows from a stack's data: what it trains on is delivered again without them, files of other programs are rewritten, and
 * earlier deliveries, which nobody reads, go whole. Throws DATA_INVALID where nothing would be left to train on.
 */
export async function removeDelivered(data: StackData, { found, wanted }: Removal): Promise<void> {
  if (found.length === 0) return;
  const { storage, model } = data;
  const delivery = await findStackDelivery(storage, model);
  const isRead = new Set(delivery?.files.map(({ path: name }) => `${model}/${name}`));
  const read = found.filter(({ file }) => isRead.has(file));
  if (delivery !== undefined && read.length > 0) await deliverRest(data, delivery, { found: read, wanted });
  const below = `${model}/${deliveriesFolder}/`;
  for (const hit of found.filter(({ file }) => !isRead.has(file))) {
    if (!hit.file.startsWith(below)) {
      const others = (await storage.list(`${model}/`)).filter(isDataFile);
      await rewrite(data, hit, { wanted, isLast: delivery === undefined && others.length === 1 });
      continue;
    }
    const folder = hit.file.slice(0, hit.file.indexOf("/", below.length) + 1);
    for (const file of await storage.list(folder)) await storage.delete(file);
  }
}
