import { stat } from "node:fs/promises";
import path from "node:path";
import type { ModelDefinition } from "../definition/definition";
import { PlatformError, systemErrorCode } from "../base/errors";
import type { Digest } from "../base/files";
import { digestOfFile } from "../base/files";
import type { SqlDialect } from "../sql/dialect";
import type { SqlEngine } from "../sql/engine";
import { identifier } from "../sql/engine";
import { readCsvStructure } from "./csv-file";
import { digestOfDataFiles, listDataFiles, requireSameColumns } from "./data-files";
import { readParquetColumns, startsAsParquet } from "./parquet-files";
import { sqlTypeOf, typedColumn } from "./typed-columns";

/** Where the loaded rows came from. */
export interface DataSource {
  /** Path of the file or folder. */
  readonly file: string;
  readonly format: "csv" | "parquet";
  /** Of the file, or of the folder's files of data. */
  readonly digest: Digest;
  /** The folder's files of data, by their paths below it; absent for a file. */
  readonly files?: readonly string[];
  /** What else the folder has, and is not read; absent when there is nothing. */
  readonly notRead?: readonly string[];
  readonly rows: number;
  /** Column names in the order of the file. */
  readonly header: readonly string[];
}

/** Rows that can be read as text: the names of all columns, and SQL that gives those wanted. */
interface TextRows {
  readonly format: DataSource["format"];
  readonly header: readonly string[];
  /** Rows, where they are known before reading. */
  readonly rows?: number;
  /** A SELECT of the wanted columns as text, in file order; an empty field is NULL. */
  select(wanted: readonly string[]): string;
}

/**
 * Loads a CSV file (RFC 4180: commas, header line, UTF-8 with or without byte order mark, compressed by gzip or not), a
 * Parquet file, or a folder of either, all of it or `only` some files, into two tables: `raw` with the defined columns as text, and `data` with all defined
 * columns by type. A value that is not of its column's type is NULL in `data`, and so is a column that the file
 * lacks: `checkData` finds both, and nothing may be trained before it has.
 */
export async function loadData(
  engine: SqlEngine,
  definition: ModelDefinition,
  file: string,
  only?: readonly string[],
): Promise<DataSource> {
  const names = definition.columns.map(({ name }) => name);
  const { text, ...content } = await openSource(engine, names, file, only);
  const header = new Set(text.header);
  const present = definition.columns.filter(({ name }) => header.has(name));
  const wanted = present.map(({ name }) => name);
  const rows = await createText(engine, file, { text, wanted, table: "raw" });
  const columns = definition.columns.map((column) =>
    present.includes(column)
      ? `${typedColumn(column, engine.dialect)} AS ${identifier(column.name)}`
      : `CAST(NULL AS ${sqlTypeOf(column)}) AS ${identifier(column.name)}`,
  );
  await engine.run("DROP TABLE IF EXISTS data");
  await engine.run(`CREATE TABLE data AS SELECT _row, ${columns.join(", ")} FROM raw`);
  return { file, format: text.format, ...content, rows, header: text.header };
}

/**
 * Loads every column of a file as text into the table `raw`, for a first look at what it holds; refuses what `loadData`
 * would refuse.
 */
export async function loadText(
  engine: SqlEngine,
  file: string,
): Promise<Pick<DataSource, "format" | "header">> {
  const { text } = await openSource(engine, [], file);
  await createText(engine, file, { text, wanted: text.header, table: "raw" });
  return { format: text.format, header: text.header };
}

/**
 * Loads some columns of data that was loaded before as text into a table of the given name, with `_row`: columns that its
 * definition need not have.
 */
export async function loadColumns(
  engine: SqlEngine,
  { file, files, digest }: Pick<DataSource, "file" | "files" | "digest">,
  names: readonly string[],
  table: string,
): Promise<void> {
  const opened = await openSource(engine, names, file, files);
  if (opened.digest !== digest) {
    throw new PlatformError(
      "CONFLICT",
      `${file} has changed since it was read. Data stays as it is until a run has ended. Run again when it is complete.`,
    );
  }
  await createText(engine, file, { text: opened.text, wanted: names, table });
}

interface OpenedSource extends Pick<DataSource, "digest" | "files" | "notRead"> {
  readonly text: TextRows;
}

async function openSource(
  engine: SqlEngine,
  columns: readonly string[],
  file: string,
  only?: readonly string[],
): Promise<OpenedSource> {
  try {
    if (await isFolder(file)) return await openFolder(engine, columns, file, only);
    const parquet = /\.parquet$/i.test(file) || (await startsAsParquet(file));
    const text = parquet ? await openParquet(engine, [file]) : await openCsv(engine, [file], columns);
    return { text, digest: await digestOfFile(file) };
  } catch (error) {
    throw explainAccess(file, error);
  }
}

async function openFolder(
  engine: SqlEngine,
  columns: readonly string[],
  folder: string,
  only?: readonly string[],
): Promise<OpenedSource> {
  const { format, names, notRead } = await listDataFiles(folder, only);
  const files = names.map((name) => path.join(folder, name));
  const text = format === "csv" ? await openCsv(engine, files, columns) : await openParquet(engine, files);
  return {
    text,
    digest: await digestOfDataFiles(folder, names),
    files: names,
    ...(notRead.length > 0 && { notRead }),
  };
}

async function isFolder(file: string): Promise<boolean> {
  const stats = await stat(file);
  if (stats.isDirectory()) return true;
  if (stats.isFile() && stats.size > 0) return false;
  throw new PlatformError(
    "DATA_UNREADABLE",
    `${file} is ${stats.isFile() ? "empty" : "not a regular file"}. Data is a CSV file with a header line, a Parquet file, or a folder of CSV or of Parquet files; name one.`,
  );
}

/** The same failure in words, if it is one of path or permission; anything else comes back unchanged. */
function explainAccess(file: string, cause: unknown): unknown {
  const reasons: Record<string, string> = {
    ENOENT: `There is no file ${file}. Check the path`,
    ENOTDIR: `There is no file ${file}. Check the path`,
    EACCES: `${file} may not be read. Change its permissions`,
  };
  const reason = reasons[systemErrorCode(cause) ?? ""];
  if (reason === undefined) return cause;
  const remedy = "or name another with `data` in the model's definition or --data";
  return new PlatformError("DATA_UNREADABLE", `${reason}, ${remedy}.`, { cause });
}

/** One CSV file of a table. */
interface CsvPart {
  readonly file: string;
  readonly header: readonly string[];
  /** Whether it is compressed by gzip. */
  readonly gzip: boolean;
  /** Rows in the files before it. */
  readonly before: number;
}

/** SQL that gives the rows of one CSV file, numbered from `before` + 1 on. */
function csvRows(
  { csvFile, rowNumber }: SqlDialect,
  { file, header, gzip, before }: CsvPart,
  wanted: readonly string[],
): string {
  const positions = new Map(header.map((name, index) => [name, index]));
  const columns = wanted.map((name) => `, c${positions.get(name)} AS ${identifier(name)}`).join("");
  const table = csvFile(file, { columns: header.length, gzip });
  return `SELECT ${before} + ${rowNumber} AS _row${columns} FROM ${table}`;
}

async function openCsv(
  { dialect }: SqlEngine,
  files: readonly string[],
  columns: readonly string[],
): Promise<TextRows> {
  const parts: CsvPart[] = [];
  let rows = 0;
  for (const file of files) {
    const part = await readCsvStructure(file, columns);
    const first = parts[0];
    if (first !== undefined) requireSameColumns([first.file, first.header], [file, part.header], "CSV");
    parts.push({ file, header: part.header, gzip: part.gzip, before: rows });
    rows += part.rows;
  }
  return {
    format: "csv",
    header: parts[0]?.header ?? [],
    rows,
    select: (wanted) => parts.map((part) => csvRows(dialect, part, wanted)).join(" UNION ALL "),
  };
}

async function openParquet(engine: SqlEngine, files: readonly string[]): Promise<TextRows> {
  const { dialect } = engine;
  const columns = await readParquetColumns(engine, files);
  const single = new Set(columns.filter(({ singlePrecision }) => singlePrecision).map(({ name }) => name));
  const textOf = (name: string): string => {
    // Widened first, so that 0.1 stored in 32 bits is the number that it is in every other program.
    const value = single.has(name) ? `CAST(${identifier(name)} AS DOUBLE)` : identifier(name);
    return `, NULLIF(CAST(${value} AS STRING), '') AS ${identifier(name)}`;
  };
  return {
    format: "parquet",
    header: columns.map(({ name }) => name),
    select: (wanted) =>
      `SELECT ${dialect.rowNumber} AS _row${wanted.map(textOf).join("")} FROM ${dialect.parquetFiles(files)}`,
  };
}

async function createText(
  engine: SqlEngine,
  file: string,
  { text, wanted, table }: { text: TextRows; wanted: readonly string[]; table: string },
): Promise<number> {
  await engine.run(`DROP TABLE IF EXISTS ${table}`);
  try {
    await engine.run(`CREATE TABLE ${table} AS ${text.select(wanted)}`);
  } catch (cause) {
    if (cause instanceof PlatformError) throw cause;
    throw new PlatformError(
      "DATA_UNREADABLE",
      `${file} cannot be read. It may be damaged, or have changed while it was read; write it again.`,
      { cause },
    );
  }
  const rows = Number((await engine.rows(`SELECT count(*) AS n FROM ${table}`))[0]?.n ?? 0);
  if (text.rows !== undefined && text.rows !== rows) {
    throw new PlatformError(
      "DATA_UNREADABLE",
      `${file} had ${text.rows} rows and then ${rows}. It changed while it was read; run again when it is complete.`,
    );
  }
  if (rows === 0) {
    throw new PlatformError("DATA_INVALID", `${file} has no rows. Data has at least one; add some.`);
  }
  return rows;
}
