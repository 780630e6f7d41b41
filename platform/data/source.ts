import { stat } from "node:fs/promises";
import type { ModelDefinition } from "../definition";
import { PlatformError, systemErrorCode } from "../errors";
import type { Digest } from "../files";
import { digestOfDirectory, digestOfFile } from "../files";
import type { SqlEngine } from "../sql/engine";
import { identifier, literal } from "../sql/engine";
import { readCsvStructure } from "./csv-file";
import { listParquetFiles, parquetTable, readParquetColumns, startsAsParquet } from "./parquet-files";
import { sqlTypes, typedColumn } from "./typed-columns";

/** Where the loaded rows came from. */
export interface DataSource {
  /** Path of the file or folder. */
  readonly file: string;
  readonly format: "csv" | "parquet";
  /** Of the file, or of the folder's content. */
  readonly digest: Digest;
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
 * Loads a CSV file (RFC 4180: commas, header line, UTF-8 with or without byte order mark), a Parquet file, or a
 * folder of Parquet files into two tables: `raw` with the defined columns as text, and `data` with all defined
 * columns by type. A value that is not of its column's type is NULL in `data`, and so is a column that the file
 * lacks: `checkData` finds both, and nothing may be trained before it has.
 */
export async function loadData(
  engine: SqlEngine,
  definition: ModelDefinition,
  file: string,
): Promise<DataSource> {
  const { text, digest } = await openSource(
    engine,
    definition.columns.map(({ name }) => name),
    file,
  );
  const present = definition.columns.filter(({ name }) => text.header.includes(name));
  const rows = await createRaw(
    engine,
    file,
    text,
    present.map(({ name }) => name),
  );
  const columns = definition.columns.map((column) =>
    present.includes(column)
      ? `${typedColumn(column)} AS ${identifier(column.name)}`
      : `CAST(NULL AS ${sqlTypes[column.type]}) AS ${identifier(column.name)}`,
  );
  await engine.run("DROP TABLE IF EXISTS data");
  await engine.run(`CREATE TABLE data AS SELECT _row, ${columns.join(", ")} FROM raw`);
  return { file, format: text.format, digest, rows, header: text.header };
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
  await createRaw(engine, file, text, text.header);
  return { format: text.format, header: text.header };
}

async function openSource(
  engine: SqlEngine,
  columns: readonly string[],
  file: string,
): Promise<{ text: TextRows; digest: Digest }> {
  try {
    const folder = await isFolder(file);
    const text = await openText(engine, columns, file, folder);
    return { text, digest: folder ? await digestOfDirectory(file) : await digestOfFile(file) };
  } catch (error) {
    throw explainAccess(file, error);
  }
}

async function isFolder(file: string): Promise<boolean> {
  const stats = await stat(file);
  if (stats.isDirectory()) return true;
  if (stats.isFile() && stats.size > 0) return false;
  throw new PlatformError(
    "DATA_UNREADABLE",
    `${file} is ${stats.isFile() ? "empty" : "not a regular file"}. Data is a CSV file with a header line, a Parquet file or a folder of Parquet files; name one.`,
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

async function openText(
  engine: SqlEngine,
  columns: readonly string[],
  file: string,
  folder: boolean,
): Promise<TextRows> {
  if (folder) return openParquet(engine, await listParquetFiles(file));
  if (/\.parquet$/i.test(file) || (await startsAsParquet(file))) return openParquet(engine, [file]);
  return openCsv(file, columns);
}

async function openCsv(file: string, columns: readonly string[]): Promise<TextRows> {
  const { header, rows } = await readCsvStructure(file, columns);
  const types = header.map((_, index) => `'c${index}': 'VARCHAR'`).join(", ");
  // The structure is known to be sound, so nothing is left to the reader's guesses; its strict mode would only
  // refuse line ends of two kinds.
  const table =
    `read_csv(${literal(file)}, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', ` +
    `nullstr = '', strict_mode = false, compression = 'none', columns = {${types}})`;
  return {
    format: "csv",
    header,
    rows,
    select: (wanted) => {
      const columns = wanted.map((name) => `, c${header.indexOf(name)} AS ${identifier(name)}`);
      return `SELECT row_number() OVER () AS _row${columns.join("")} FROM ${table}`;
    },
  };
}

async function openParquet(engine: SqlEngine, files: readonly string[]): Promise<TextRows> {
  const columns = await readParquetColumns(engine, files);
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  const textOf = (name: string): string => {
    // Widened first, so that 0.1 stored in 32 bits is the number that it is in every other program.
    const value = types.get(name) === "FLOAT" ? `CAST(${identifier(name)} AS DOUBLE)` : identifier(name);
    return `, NULLIF(CAST(${value} AS VARCHAR), '') AS ${identifier(name)}`;
  };
  return {
    format: "parquet",
    header: columns.map(({ name }) => name),
    select: (wanted) =>
      `SELECT row_number() OVER () AS _row${wanted.map(textOf).join("")} FROM ${parquetTable(files)}`,
  };
}

async function createRaw(
  engine: SqlEngine,
  file: string,
  text: TextRows,
  wanted: readonly string[],
): Promise<number> {
  await engine.run("DROP TABLE IF EXISTS raw");
  try {
    await engine.run(`CREATE TABLE raw AS ${text.select(wanted)}`);
  } catch (cause) {
    if (cause instanceof PlatformError) throw cause;
    throw new PlatformError(
      "DATA_UNREADABLE",
      `${file} cannot be read. It may be damaged, or have changed while it was read; write it again.`,
      { cause },
    );
  }
  const rows = Number((await engine.rows("SELECT count(*) AS n FROM raw"))[0]?.n ?? 0);
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
