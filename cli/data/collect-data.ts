import { realpath } from "node:fs/promises";
import path from "node:path";
import { PlatformError, systemErrorCode } from "../../platform/base/errors";
import { fileExists, writeFileAtomic, type Digest } from "../../platform/base/files";
import { shownPath } from "../../platform/base/shown-path";
import { appendRows } from "../../platform/data/append-rows";
import { requireValidRows } from "../../platform/data/checks/new-row-checks";
import { findNewRows, type NewRows } from "../../platform/data/new-rows";
import { writtenRows } from "../../platform/data/values/written-rows";
import type { LoadedDefinition } from "../../platform/definition/definitions";
import { openData } from "../../platform/data/open-data";
import type { Collection } from "../../platform/data/versions/version-record";
import type { ModelDefinition } from "../../platform/definition/definition";
import { toCsv, type CollectedData } from "../../platform/predictions/collect";
import type { VersionOutcome } from "../../platform/predictions/outcomes";
import type { SqlEngine, SqlRow } from "../../platform/sql/engine";
import { identifier } from "../../platform/sql/engine";
import type { Session } from "../session/session";
import { collectFromLog, type FromLog } from "../watching/collect";
import { keepData } from "./keep-data";

export interface CollectFlags {
  readonly labels: string;
  readonly environment: string;
  /** The model's own data when absent. */
  readonly output?: string;
  /** Write the labelled rows without the model's data. */
  readonly onlyNew?: boolean;
  /** Replace a file that is not the model's own data. */
  readonly force?: boolean;
}

export interface Collected {
  /** What was written to, or would have been. */
  readonly file: string;
  /** Whether that is the model's own data. */
  readonly isOwn: boolean;
  /** Rows of the data as it is now. */
  readonly rows: number;
  /** Rows that were not in the model's data. */
  readonly added: number;
  readonly leftOut: CollectedData["leftOut"] & Partial<Pick<NewRows, "present" | "differing">>;
  /** What each version predicted of the labelled rows, and how right it was. */
  readonly predictedBy: readonly VersionOutcome[];
  /** Scored rows of clients in the log, joined or not. */
  readonly scored: number;
  /** Of those, rows that are dated later than now. */
  readonly ahead: number;
  /** Digest of the data as it is now. */
  readonly version?: string;
  /** Digest of the data as it was. */
  readonly former?: string;
}

type Keeping = Pick<Session, "dataVersions">;
type Collecting = Pick<Session, "dataVersions" | "predictions" | "output">;

async function realPlace(file: string): Promise<string | undefined> {
  try {
    return await realpath(file);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemErrorCode(error) ?? "")) return undefined;
    throw error;
  }
}

/** Whether two paths are the same place. A file that does not exist is the same as no other. */
async function isSamePlace(one: string, other: string): Promise<boolean> {
  const place = await realPlace(one);
  return place !== undefined && place === (await realPlace(other));
}

/** A file among those of the data would have the data's rows once more. */
async function requireOutside(output: string, dataFile: string): Promise<void> {
  const data = await realPlace(dataFile);
  const folder = await realPlace(path.dirname(path.resolve(output)));
  if (data === undefined || folder === undefined) return;
  if (`${folder}${path.sep}`.startsWith(`${data}${path.sep}`)) {
    throw new PlatformError(
      "USAGE",
      `${shownPath(output)} is in ${shownPath(dataFile)}, the folder of the model's data, whose rows would be there twice. Leave --output out to add the new rows to it, or name a file elsewhere.`,
    );
  }
}

async function requireFree(output: string, force: boolean): Promise<void> {
  if (/\.(parquet|gz)$/i.test(output)) {
    throw new PlatformError(
      "USAGE",
      `${output} is not the name of a CSV file. The rows are written as CSV, unless they are added to the model's own data. Choose a name that ends in .csv.`,
    );
  }
  if (force || !(await fileExists(output))) return;
  throw new PlatformError(
    "CONFLICT",
    `${shownPath(output)} is there already. Nothing was written. Choose another name, add --force to replace it, or leave --output out to add the rows to the model's data.`,
  );
}

/** What is kept with the data of how it was collected. */
function collectionOf(
  { data, origin }: FromLog,
  { added, former }: { readonly added: number; readonly former: string | undefined },
): Collection {
  return {
    collectedAt: new Date().toISOString(),
    ...origin,
    ...(former !== undefined && { former: former as Digest }),
    added,
    predictedBy: [...data.outcomes],
  };
}

/** What is said of the log, whatever becomes of its rows. */
function factsOf({
  outcomes,
  scored,
  ahead,
}: CollectedData): Pick<Collected, "predictedBy" | "scored" | "ahead"> {
  return { predictedBy: outcomes, scored, ahead };
}

async function describe(
  session: Keeping,
  definition: ModelDefinition,
  { file, collected }: { readonly file: string; readonly collected: Collection },
): Promise<{ rows: number; version?: string }> {
  const data = await openData(definition, file);
  try {
    const kept = await keepData(session, definition, data.source, collected);
    return { rows: data.source.rows, ...(kept && { version: kept.digest }) };
  } finally {
    await data.engine.close();
  }
}

/** Throws unless the rows may be in the data, by their values. */
async function requireValid(
  definition: ModelDefinition,
  rows: readonly SqlRow[],
  { requests }: CollectedData,
): Promise<void> {
  await requireValidRows(definition, rows, (row) => requests.get(row) ?? "a row");
}

/** Adds rows to the model's own data: what is there stays, and is kept as a version before. */
async function addToData(
  session: Keeping,
  { definition, dataFile }: LoadedDefinition,
  from: FromLog,
): Promise<Collected> {
  const { rows: collected, leftOut } = from.data;
  const { engine, source } = await openData(definition, dataFile);
  try {
    const { rows, present, differing } = await findNewRows(engine, definition, collected);
    await requireValid(definition, rows, from.data);
    const result = {
      file: dataFile,
      isOwn: true,
      added: rows.length,
      leftOut: { ...leftOut, present, differing },
      ...factsOf(from.data),
    };
    if (rows.length === 0) {
      const kept = await keepData(session, definition, source);
      return { ...result, rows: source.rows, ...(kept && { version: kept.digest }) };
    }
    const former = (await keepData(session, definition, source))?.digest;
    await appendRows(engine, source, rows, definition.format);
    const lineage = collectionOf(from, { added: rows.length, former });
    return {
      ...result,
      ...(await describe(session, definition, { file: dataFile, collected: lineage })),
      ...(former !== undefined && { former }),
    };
  } finally {
    await engine.close();
  }
}

async function textRows(engine: SqlEngine, columns: readonly string[]): Promise<SqlRow[]> {
  return engine.rows(`SELECT ${columns.map(identifier).join(", ")} FROM raw ORDER BY _row`);
}

/** Writes the model's data and the new rows, or those alone, to a file of its own. */
async function writeToFile(
  session: Keeping,
  { definition, dataFile }: LoadedDefinition,
  { from, output, onlyNew }: { readonly from: FromLog; readonly output: string; readonly onlyNew: boolean },
): Promise<Collected> {
  const { columns, rows: collected, leftOut } = from.data;
  const facts = factsOf(from.data);
  if (onlyNew || (await realPlace(dataFile)) === undefined) {
    await requireValid(definition, collected, from.data);
    await writeFileAtomic(output, toCsv({ columns, rows: writtenRows(collected, definition.format) }));
    const rows = collected.length;
    const lineage = collectionOf(from, { added: rows, former: undefined });
    const written =
      rows === 0 ? { rows } : await describe(session, definition, { file: output, collected: lineage });
    return { file: output, isOwn: false, added: rows, leftOut, ...facts, ...written };
  }
  const { engine, source } = await openData(definition, dataFile);
  try {
    const { rows, present, differing } = await findNewRows(engine, definition, collected);
    await requireValid(definition, rows, from.data);
    const known = columns.filter((name) => source.header.includes(name));
    const merged = [...(await textRows(engine, known)), ...writtenRows(rows, definition.format)];
    await writeFileAtomic(output, toCsv({ columns, rows: merged }));
    const lineage = collectionOf(from, { added: rows.length, former: source.digest });
    return {
      file: output,
      isOwn: false,
      added: rows.length,
      leftOut: { ...leftOut, present, differing },
      ...facts,
      ...(await describe(session, definition, { file: output, collected: lineage })),
    };
  } finally {
    await engine.close();
  }
}

/**
 * Joins the prediction log with ground truth, and makes data of it to train on: the model's data with the labelled rows that
 * it does not have yet. No file is replaced unless told to, and what the model's data was is kept as a version.
 */
export async function collectData(
  session: Collecting,
  loaded: LoadedDefinition,
  { output = loaded.dataFile, onlyNew = false, force = false, ...from }: CollectFlags,
): Promise<Collected> {
  const own = await isSamePlace(output, loaded.dataFile);
  if (own && onlyNew) {
    throw new PlatformError(
      "USAGE",
      `${shownPath(output)} is the data of ${loaded.definition.name}, to which rows are only added. --only-new is for a file of its own. Name one with --output.`,
    );
  }
  if (!own) {
    await requireOutside(output, loaded.dataFile);
    await requireFree(output, force);
  }
  const labelled = await collectFromLog(session, loaded.definition, from);
  if (own) return addToData(session, loaded, labelled);
  return writeToFile(session, loaded, { from: labelled, output: path.resolve(output), onlyNew });
}
