import path from "node:path";
import { fileExists, withTemporaryFolder, type Digest } from "../../platform/base/files";
import { findRowsWith, removeRowsWith, type FoundRows, type RowsWith } from "../../platform/data/remove-rows";
import { loadData } from "../../platform/data/source";
import type { DataVersions } from "../../platform/data/versions/data-versions";
import type { DataVersion } from "../../platform/data/versions/version-record";
import type { ModelDefinition } from "../../platform/definition/definition";
import type { LoadedDefinition } from "../../platform/definition/definitions";
import { openEngine } from "../../platform/sql/open-engine";
import type { SqlEngine } from "../../platform/sql/engine";
import type { Storage } from "../../platform/storage/storage";
import { keepData } from "../data/keep-data";
import { findDelivered, removeDelivered, type DeliveredRows } from "./delivered-data";
import { idColumnOf } from "./person";
import type { DataPlace } from "./places";

/** A data version that has rows of a person. */
interface VersionWithRows {
  readonly place: DataPlace;
  readonly version: DataVersion;
  readonly rows: number;
}

/** A stack's data that has rows of a person, or files that cannot be read. */
interface DeliveryWithRows extends DeliveredRows {
  readonly environment: string;
  readonly storage: Storage;
}

/** What the data of a model has of a person. */
export interface DataOfPerson {
  /** Rows of the data as it is now on this machine, that runs train on. */
  readonly current: number;
  readonly versions: readonly VersionWithRows[];
  readonly delivered: readonly DeliveryWithRows[];
  /** Ids that the rows have. */
  readonly ids: readonly string[];
}

/** Of whom nothing can be found in data. */
export const nothingInData: DataOfPerson = { current: 0, versions: [], delivered: [], ids: [] };

async function withEngine<T>(work: (engine: SqlEngine) => Promise<T>): Promise<T> {
  const engine = await openEngine();
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

/** Works with a copy of a version on this machine's own disk. */
function withVersion<T>(
  versions: DataVersions,
  version: DataVersion,
  work: (file: string) => Promise<T>,
): Promise<T> {
  return withTemporaryFolder("mlops-forget-", async (folder) => {
    const file = path.join(folder, version.source);
    await versions.restore(version, file);
    return work(file);
  });
}

interface Search {
  readonly loaded: LoadedDefinition;
  readonly wanted: RowsWith;
}

const searchIn = (file: string, { loaded, wanted }: Search): Promise<FoundRows> =>
  withEngine((engine) => findRowsWith(engine, file, wanted, idColumnOf(loaded.definition)));

/** Looks for the rows in what was trained on in a place. */
async function findVersions(
  place: DataPlace,
  search: Search,
): Promise<Pick<DataOfPerson, "versions" | "ids">> {
  const { dataVersions } = place;
  const versions: VersionWithRows[] = [];
  const ids: string[] = [];
  for (const version of (await dataVersions?.list(search.loaded.definition.name)) ?? []) {
    if (dataVersions === undefined || !version.columns.some(({ name }) => name === search.wanted.column))
      continue;
    const { rows, others } = await withVersion(dataVersions, version, (file) => searchIn(file, search));
    ids.push(...others);
    if (rows > 0) versions.push({ place, version, rows });
  }
  return { versions, ids };
}

/** Looks for the rows of a person in the data as it is, in all versions of it, and in what was delivered to stacks. */
export async function findData(places: readonly DataPlace[], search: Search): Promise<DataOfPerson> {
  const { definition, dataFile } = search.loaded;
  const current = (await fileExists(dataFile)) ? await searchIn(dataFile, search) : undefined;
  const ids = [...(current?.others ?? [])];
  const versions: VersionWithRows[] = [];
  const delivered: DeliveryWithRows[] = [];
  for (const place of places) {
    const found = await findVersions(place, search);
    versions.push(...found.versions);
    ids.push(...found.ids);
    const { environment, delivered: storage } = place;
    if (environment === undefined || storage === undefined) continue;
    const other = idColumnOf(definition);
    const there = await findDelivered({ storage, model: definition.name }, search.wanted, other);
    ids.push(...there.others);
    delivered.push({ ...there, environment, storage });
  }
  return { current: current?.rows ?? 0, versions, delivered, ids };
}

/** What a version was, as far as reading it goes. */
function definitionOf(definition: ModelDefinition, { written }: DataVersion): ModelDefinition {
  return written === undefined ? definition : { ...definition, format: written };
}

/**
 * Keeps what is left of a version as one of its own, with the date and lineage that it has, and removes the version. Gives the digest of
 * what is left.
 */
async function replaceVersion(
  versions: DataVersions,
  definition: ModelDefinition,
  { version, rows, wanted }: Omit<VersionWithRows, "place"> & { readonly wanted: RowsWith },
): Promise<Digest> {
  return withVersion(versions, version, (file) =>
    withEngine(async (engine) => {
      await removeRowsWith(engine, file, wanted);
      const own = definitionOf(definition, version);
      const source = await loadData(engine, own, file);
      const { digest } = await versions.keep(own, source, new Date(version.keptAt), version.collected);
      const { model, digest: former } = version;
      await versions.forget({
        model,
        digest: former,
        forgottenAt: new Date().toISOString(),
        rows,
        successor: digest,
      });
      return digest;
    }),
  );
}

/** Removes the rows of a person from all data that has them; the digests of what is left of the versions, in their order. */
export async function removeData(
  places: readonly DataPlace[],
  { loaded, wanted, found }: Search & { readonly found: DataOfPerson },
): Promise<readonly Digest[]> {
  const { definition, dataFile } = loaded;
  if (found.current > 0) {
    // What this machine has is kept where this machine keeps data, and not with a stack.
    const own = places.find(({ environment }) => environment === undefined);
    await withEngine(async (engine) => {
      await removeRowsWith(engine, dataFile, wanted);
      await keepData(
        { dataVersions: own?.dataVersions },
        definition,
        await loadData(engine, definition, dataFile),
      );
    });
  }
  for (const { storage, files } of found.delivered)
    await removeDelivered({ storage, model: definition.name }, { found: files, wanted });
  const left: Digest[] = [];
  for (const { place, version, rows } of found.versions)
    if (place.dataVersions !== undefined)
      left.push(await replaceVersion(place.dataVersions, definition, { version, rows, wanted }));
  return left;
}
