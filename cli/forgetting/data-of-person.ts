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
import type { Session } from "../session/session";
import { keepData } from "../data/keep-data";
import { idColumnOf } from "./person";

/** A data version that has rows of a person. */
interface VersionWithRows {
  readonly version: DataVersion;
  readonly rows: number;
}

/** What the data of a model has of a person. */
export interface DataOfPerson {
  /** Rows of the data as it is now, that runs train on. */
  readonly current: number;
  readonly versions: readonly VersionWithRows[];
  /** Ids that the rows have. */
  readonly ids: readonly string[];
}

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

/** Looks for the rows of a person in the data as it is and in all its versions. */
export async function findData(
  { dataVersions }: Pick<Session, "dataVersions">,
  loaded: LoadedDefinition,
  wanted: RowsWith,
): Promise<DataOfPerson> {
  const other = idColumnOf(loaded.definition);
  const search = (file: string): Promise<FoundRows> =>
    withEngine((engine) => findRowsWith(engine, file, wanted, other));
  const current = (await fileExists(loaded.dataFile)) ? await search(loaded.dataFile) : undefined;
  const ids = [...(current?.others ?? [])];
  const versions: VersionWithRows[] = [];
  for (const version of (await dataVersions?.list(loaded.definition.name)) ?? []) {
    if (dataVersions === undefined || !version.columns.some(({ name }) => name === wanted.column)) continue;
    const { rows, others } = await withVersion(dataVersions, version, search);
    ids.push(...others);
    if (rows > 0) versions.push({ version, rows });
  }
  return { current: current?.rows ?? 0, versions, ids };
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
  { version, rows, wanted }: VersionWithRows & { readonly wanted: RowsWith },
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

/** Removes the rows of a person from the data as it is and from its versions; the digests of what is left of these, by their own. */
export async function removeData(
  session: Pick<Session, "dataVersions">,
  loaded: LoadedDefinition,
  { found, wanted }: { readonly found: DataOfPerson; readonly wanted: RowsWith },
): Promise<ReadonlyMap<Digest, Digest>> {
  const { definition, dataFile } = loaded;
  if (found.current > 0) {
    await withEngine(async (engine) => {
      await removeRowsWith(engine, dataFile, wanted);
      await keepData(session, definition, await loadData(engine, definition, dataFile));
    });
  }
  const left = new Map<Digest, Digest>();
  for (const each of found.versions) {
    if (session.dataVersions === undefined) break;
    left.set(
      each.version.digest,
      await replaceVersion(session.dataVersions, definition, { ...each, wanted }),
    );
  }
  return left;
}
