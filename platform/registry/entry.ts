import { mkdir } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { FileDigest } from "../base/files";
import { digestOf, digestOfListing, digestsOfFiles, writeJson } from "../base/files";
import type { ModelRef } from "../definition/model-ref";
import { formatModelRef } from "../definition/model-ref";
import { digestSchema } from "../base/stored-record";
import { copyFolder, corrupt, findStored, ifThere, namesIn, syncFolder } from "./local/registry-files";

/** version.json: the part of an entry that never changes. Its number is the name of its folder. */
const recordSchema = z.strictObject({
  name: z.string(),
  digest: digestSchema,
  registeredAt: z.iso.datetime(),
  files: z.array(z.strictObject({ path: z.string(), digest: digestSchema })),
});

export type EntryRecord = z.infer<typeof recordSchema>;

const tagSchema = z.strictObject({ key: z.string(), value: z.string() });

const modelFolder = "model";
const recordFile = "version.json";
const tagFolder = "tags";

export function modelFolderOf(entry: string): string {
  return path.join(entry, modelFolder);
}

/** Writes a whole entry into an empty folder; it is on disk when it returns. */
export async function writeEntry(
  entry: string,
  {
    name,
    modelDirectory,
    tags,
  }: { name: string; modelDirectory: string; tags: Readonly<Record<string, string>> },
): Promise<void> {
  const model = modelFolderOf(entry);
  await copyFolder(modelDirectory, model);
  const files = await digestsOfFiles(model);
  const record: EntryRecord = {
    name,
    digest: digestOfListing(files),
    registeredAt: new Date().toISOString(),
    files,
  };
  await writeJson(path.join(entry, recordFile), record);
  await mkdir(path.join(entry, tagFolder));
  for (const [key, value] of Object.entries(tags)) await writeTag(entry, key, value);
  await syncFolder(path.join(entry, tagFolder));
  await syncFolder(entry);
}

/** Reads version.json; REGISTRY_CORRUPT when it is not there or not whole. */
export async function readEntry(entry: string, ref: ModelRef): Promise<EntryRecord> {
  const file = path.join(entry, recordFile);
  const record = await findStored(file, recordSchema);
  if (record === undefined) throw corrupt(`${formatModelRef(ref)} has lost its ${file}`, remedy(entry));
  if (record.name !== ref.name || record.digest !== digestOfListing(record.files)) {
    throw corrupt(`${file} is not the record that was written for ${formatModelRef(ref)}`, remedy(entry));
  }
  return record;
}

function remedy(entry: string): string {
  return `Restore ${entry} from a backup, or move it out of the registry and register the model again`;
}

function differences(expected: readonly FileDigest[], actual: readonly FileDigest[]): string[] {
  const now = new Map(actual.map(({ path, digest }) => [path, digest]));
  const before = new Set(expected.map(({ path }) => path));
  return [
    ...expected
      .filter(({ path, digest }) => now.get(path) !== digest)
      .map(({ path }) => `${path} ${now.has(path) ? "has changed" : "is missing"}`),
    ...actual.filter(({ path }) => !before.has(path)).map(({ path }) => `${path} was added`),
  ];
}

/** Compares every file of a model directory with the record; REGISTRY_CORRUPT names each that differs. */
export async function assertContent(entry: string, ref: ModelRef, record: EntryRecord): Promise<void> {
  const model = modelFolderOf(entry);
  const faults = differences(record.files, await ifThere(() => digestsOfFiles(model), []));
  if (faults.length === 0) return;
  throw corrupt(
    `${formatModelRef(ref)} is not what was registered: in ${model} ${faults.join(", ")}`,
    remedy(entry),
  );
}

/** A file per tag, so that writers of different tags never meet; named by digest, as keys hold slashes and capitals. */
export async function writeTag(entry: string, key: string, value: string): Promise<void> {
  await writeJson(path.join(entry, tagFolder, `${digestOf(key).slice(0, 16)}.json`), { key, value });
}

/** Tags by key, sorted. */
export async function readTags(entry: string): Promise<Record<string, string>> {
  const folder = path.join(entry, tagFolder);
  const tags: [string, string][] = [];
  for (const name of await namesIn(folder)) {
    const tag = name.endsWith(".json") ? await findStored(path.join(folder, name), tagSchema) : undefined;
    if (tag !== undefined) tags.push([tag.key, tag.value]);
  }
  return Object.fromEntries(tags.sort(([a], [b]) => (a < b ? -1 : 1)));
}
