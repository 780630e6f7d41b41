import { realpath } from "node:fs/promises";
import path from "node:path";
import { PlatformError, systemErrorCode } from "../../platform/base/errors";
import { fileExists, writeFileAtomic } from "../../platform/base/files";
import { shownPath } from "../../platform/base/shown-path";
import { appendRows } from "../../platform/data/append-rows";
import { findNewRows, type NewRows } from "../../platform/data/new-rows";
import { writtenRows } from "../../platform/data/written-rows";
import type { LoadedDefinition } from "../../platform/definition/definitions";
import { openData } from "../../platform/data/open-data";
import type { ModelDefinition } from "../../platform/definition/definition";
import { toCsv, type CollectedData } from "../../platform/predictions/collect";
import type { SqlEngine, SqlRow } from "../../platform/sql/engine";
import { identifier } from "../../platform/sql/engine";
import type { Session } from "../session/session";
import { collectFromLog } from "../watching/collect";
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
  /** Rows of the data as it is now. */
  readonly rows: number;
  /** Rows that were not in the model's data. */
  readonly added: number;
  readonly leftOut: CollectedData["leftOut"] & Partial<Pick<NewRows, "present" | "differing">>;
  /** Digest of the data as it is now. */
  readonly version?: string;
  /** Digest of the data as it was. */
  readonly former?: string;
}

async function realPlace(file: string): Promise<string | undefined> {
  try {
    return await realpath(file);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemErrorCode(error) ?? "")) return undefined;
    throw error;
  }
}

/** Whether two paths are one place. A file that is not there is none that anything could be added to. */
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

async function describe(
  session: Session,
  definition: ModelDefinition,
  file: string,
): Promise<{ rows: number; version?: string }> {
  const data = await openData(definition, file);
  try {
    const kept = await keepData(session, definition, data.source);
    return { rows: data.source.rows, ...(kept && { version: kept.digest }) };
  } finally {
    await data.engine.close();
  }
}

/** Adds rows to the model's own data: what is there stays, and is kept as a version before. */
async function addToData(
  session: Session,
  { definition, dataFile }: LoadedDefinition,
  { rows: collected, leftOut }: CollectedData,
): Promise<Collected> {
  const { engine, source } = await openData(definition, dataFile);
  try {
    const { rows, present, differing } = await findNewRows(engine, definition, collected);
    const former = await keepData(session, definition, source);
    const result = { file: dataFile, added: rows.length, leftOut: { ...leftOut, present, differing } };
    if (rows.length === 0) return { ...result, rows: source.rows, ...(former && { version: former.digest }) };
    await appendRows(engine, source, rows, definition.format);
    return {
      ...result,
      ...(await describe(session, definition, dataFile)),
      ...(former && { former: former.digest }),
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
  session: Session,
  { definition, dataFile }: LoadedDefinition,
  {
    data,
    output,
    onlyNew,
  }: { readonly data: CollectedData; readonly output: string; readonly onlyNew: boolean },
): Promise<Collected> {
  const { columns, rows: collected, leftOut } = data;
  if (onlyNew || (await realPlace(dataFile)) === undefined) {
    await writeFileAtomic(output, toCsv({ columns, rows: writtenRows(collected, definition.format) }));
    const rows = collected.length;
    const written = rows === 0 ? { rows } : await describe(session, definition, output);
    return { file: output, added: rows, leftOut, ...written };
  }
  const { engine, source } = await openData(definition, dataFile);
  try {
    const { rows, present, differing } = await findNewRows(engine, definition, collected);
    const known = columns.filter((name) => source.header.includes(name));
    const merged = [...(await textRows(engine, known)), ...writtenRows(rows, definition.format)];
    await writeFileAtomic(output, toCsv({ columns, rows: merged }));
    return {
      file: output,
      added: rows.length,
      leftOut: { ...leftOut, present, differing },
      ...(await describe(session, definition, output)),
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
  session: Session,
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
  const data = await collectFromLog(session, loaded.definition, from);
  if (own) return addToData(session, loaded, data);
  return writeToFile(session, loaded, { data, output: path.resolve(output), onlyNew });
}
