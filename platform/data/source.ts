import { stat } from "node:fs/promises";
import path from "node:path";
import type { ColumnDefinition, ModelDefinition } from "../definition/definition";
import { PlatformError, systemErrorCode } from "../base/errors";
import type { Digest } from "../base/files";
import { digestOfFile } from "../base/files";
import type { SqlDialect } from "../sql/dialect";
import type { SqlEngine } from "../sql/engine";
import { identifier, literal } from "../sql/engine";
import type { Delimiter } from "./csv-delimiter";
import { readCsvStructure } from "./csv-file";
import { isNamed } from "./csv-header";
import { digestOfDataFiles, listDataFiles, requireSameColumns } from "./data-files";
import { readParquetColumns, startsAsParquet } from "./parquet-files";
import { sqlTypeOf, typedColumn } from "./typed-columns";

/** Where the loaded rows came from. */
export interface DataSource {
  /** Path of the file or folder. */
  readonly file: string;
  readonly format: "csv" | "parquet";
  /** What is between the fields of the CSV file, or of the first of a folder's. */
  readonly delimiter?: Delimiter;
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
interface TextRows extends Pick<DataSource, "format" | "delimiter" | "header"> {
  /** Rows, where they are known before reading. */
  readonly rows?: number;
  /** A SELECT of the wanted columns as text, in file order; an empty field is NULL. */
  select(wanted: readonly WantedColumn[]): string;
}

/** A column of a file; without its definition, where nobody has described it. */
interface WantedColumn
  extends Pick<ColumnDefinition, "name">, Partial<Pick<ColumnDefinition, "role" | "values">> {
  /** What the table calls it. */
  readonly as: string;
}

/**
 * Loads a CSV file (RFC 4180 with any usual delimiter, header line, UTF-8 with or without byte order mark, compressed by
 * gzip or not), a Parquet file, or a folder of either, all of it or `only` some files, into two tables: `raw` with the
 * defined columns as text, NULL where the definition's format says that a value is missing, and `data` with all defined
 * columns by type. A value that is not of its column's type is NULL in `data`, and so is a column that the file
 * lacks: `checkData` finds both, and nothing may be trained before it has.
 */
export async function loadData(
  engine: SqlEngine,
  definition: ModelDefinition,
  file: string,
  only?: readonly string[],
): Promise<DataSource> {
  const defined = definition.columns.map(({ name }) => name);
  const { text, ...content } = await openSource(engine, defined, file, only);
  const header = new Set(text.header);
  const present = definition.columns.filter(({ name }) => header.has(name));
  const wanted = present.map((column) => ({ ...column, as: column.name }));
  const { missing } = definition.format;
  const rows = await createTable(engine, file, { table: "raw", text, wanted, missing });
  // Parquet has numbers as numbers, whose text is always the same.
  const format = text.format === "csv" ? definition.format : undefined;
  const columns = definition.columns.map((column) =>
    present.includes(column)
      ? `${typedColumn(column, engine.dialect, format)} AS ${identifier(column.name)}`
      : `CAST(NULL AS ${sqlTypeOf(column)}) AS ${identifier(column.name)}`,
  );
  await engine.run("DROP TABLE IF EXISTS data");
  await engine.run(`CREATE TABLE data AS SELECT _row, ${columns.join(", ")} FROM raw`);
  const { delimiter, header: names } = text;
  return { file, format: text.format, ...(delimiter && { delimiter }), ...content, rows, header: names };
}

/**
 * Loads every column of a file that has a name as text into the table `raw`, for a first look at what it holds; refuses what
 * `loadData` would refuse. `header` has the others, too.
 */
export async function loadText(
  engine: SqlEngine,
  file: string,
): Promise<Pick<DataSource, "format" | "delimiter" | "files" | "header">> {
  const { text, files } = await openSource(engine, [], file);
  const { format, delimiter, header } = text;
  const wanted = header.filter(isNamed).map((name) => ({ name, as: name }));
  await createTable(engine, file, { table: "raw", text, wanted });
  return { format, ...(delimiter && { delimiter }), ...(files && { files }), header };
}

/**
 * Loads every column of a file as text into the table `fields`, where the column at a position is called `f` and that
 * position: names that the engine could not tell apart do no harm. `columns` are those wanted most.
 */
export async function loadFields(
  engine: SqlEngine,
  columns: readonly string[],
  file: string,
): Promise<Pick<DataSource, "format" | "header" | "rows">> {
  const { text } = await openSource(engine, columns, file);
  const wanted = text.header.map((name, position) => ({ name, as: `f${position}` }));
  const rows = await createTable(engine, file, { table: "fields", text, wanted });
  return { format: text.format, header: text.header, rows };
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
  readonly delimiter: Delimiter;
  /** Whether it is compressed by gzip. */
  readonly gzip: boolean;
  /** Rows in the files before it. */
  readonly before: number;
}

/** SQL that gives the rows of one CSV file, numbered from `before` + 1 on. */
function csvRows(
  { csvFile, rowNumber }: SqlDialect,
  { file, header, delimiter, gzip, before }: CsvPart,
  wanted: readonly WantedColumn[],
): string {
  const positions = new Map(header.map((name, index) => [name, index]));
  const columns = wanted.map(({ name, as }) => `, c${positions.get(name)} AS ${identifier(as)}`).join("");
  const table = csvFile(file, { columns: header.length, delimiter, gzip });
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
    const { rows: count, ...part } = await readCsvStructure(file, columns);
    const first = parts[0];
    if (first !== undefined) requireSameColumns([first.file, first.header], [file, part.header], "CSV");
    parts.push({ file, ...part, before: rows });
    rows += count;
  }
  const [first] = parts;
  return {
    format: "csv",
    ...(first && { delimiter: first.delimiter }),
    header: first?.header ?? [],
    rows,
    select: (wanted) => parts.map((part) => csvRows(dialect, part, wanted)).join(" UNION ALL "),
  };
}

async function openParquet(engine: SqlEngine, files: readonly string[]): Promise<TextRows> {
  const { dialect } = engine;
  const columns = await readParquetColumns(engine, files);
  const single = new Set(columns.filter(({ singlePrecision }) => singlePrecision).map(({ name }) => name));
  const textOf = ({ name, as }: WantedColumn): string => {
    // Widened first, so that 0.1 stored in 32 bits is the number that it is in every other program.
    const value = single.has(name) ? `CAST(${identifier(name)} AS DOUBLE)` : identifier(name);
    return `, NULLIF(CAST(${value} AS STRING), '') AS ${identifier(as)}`;
  };
  return {
    format: "parquet",
    header: columns.map(({ name }) => name),
    select: (wanted) =>
      `SELECT ${dialect.rowNumber} AS _row${wanted.map(textOf).join("")} FROM ${dialect.parquetFiles(files)}`,
  };
}

/**
 * SQL for a column's text, NULL where it is one that means that the value is missing; spaces around it do not count. An id
 * is text as it was written.
 */
function presentText({ as, role, values }: WantedColumn, missing: readonly string[]): string {
  const text = identifier(as);
  const tokens = role === "id" ? [] : missing.filter((token) => values?.includes(token) !== true);
  if (tokens.length === 0) return text;
  return `CASE WHEN trim(${text}) IN (${tokens.map((token) => literal(token.trim())).join(", ")}) THEN NULL ELSE ${text} END AS ${text}`;
}

interface NewTable {
  readonly table: "raw" | "fields";
  readonly text: TextRows;
  readonly wanted: readonly WantedColumn[];
  /** Texts that mean that a value is missing. */
  readonly missing?: readonly string[];
}

async function createTable(
  engine: SqlEngine,
  file: string,
  { table, text, wanted, missing = [] }: NewTable,
): Promise<number> {
  const texts = wanted.map((column) => `, ${presentText(column, missing)}`);
  await engine.run(`DROP TABLE IF EXISTS ${table}`);
  try {
    await engine.run(
      `CREATE TABLE ${table} AS SELECT _row${texts.join("")} FROM (${text.select(wanted)}) AS read`,
    );
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
