import { stat } from "node:fs/promises";
import path from "node:path";
import type { ColumnDefinition } from "../definition/definition";
import { PlatformError, systemErrorCode } from "../base/errors";
import { digestOfFile, type Digest } from "../base/files";
import { identifier, type FileRows, type SqlEngine } from "../sql/engine";
import type { Delimiter } from "./csv-delimiter";
import { readCsvStructure } from "./csv-file";
import { digestOfDataFiles, listDataFiles, requireSameColumns } from "./data-files";
import { stampOf } from "./unchanged";
import { openParquetFiles, startsAsParquet } from "./parquet-files";

/** Rows that can be read as text: the names of all columns, and SQL that gives those wanted. */
export interface TextRows {
  readonly format: "csv" | "parquet";
  /** What is between the fields of the CSV file, or of the first of a folder's. */
  readonly delimiter?: Delimiter;
  /** Column names in the order of the file. */
  readonly header: readonly string[];
  /** Columns that the file has as numbers. */
  readonly numbers: ReadonlySet<string>;
  /** Whether no field has an underscore, "+-", or white space but spaces, as far as that is known. */
  readonly isPlain: boolean;
  /** Rows, where they are known before reading. */
  readonly rows?: number;
  /** A SELECT of the wanted columns as text, in file order; an empty field is NULL. */
  select(wanted: readonly WantedColumn[]): string;
}

/** A column as it is put into a table; without its definition, when there is none yet. */
export interface WantedColumn
  extends Pick<ColumnDefinition, "name">, Partial<Pick<ColumnDefinition, "values">> {
  /** Only that of an id matters. */
  readonly role?: string | undefined;
  /** What the table calls it. */
  readonly as: string;
  /** Not as text but as the file has it. */
  readonly asItIs?: boolean;
}

/** Which files data is, and what is in them. */
export interface DataFiles {
  /** Of the file, or of the folder's files of data. */
  readonly digest: Digest;
  /** The folder's files of data, by their paths below it; absent for a file. */
  readonly files?: readonly string[];
  /** Tells whether they were written since they were opened. */
  readonly stamp: string;
  /** What else the folder has, and is not read; absent when there is nothing. */
  readonly notRead?: readonly string[];
}

/** Rows as text, with the files that they are in. */
interface OpenedRows extends Pick<DataFiles, "files" | "notRead"> {
  readonly text: TextRows;
}

/** Opens a file or folder as rows of text; `columns` are those wanted most, `only` the files of a folder that are. */
export async function openRows(
  engine: SqlEngine,
  columns: readonly string[],
  file: string,
  only?: readonly string[],
): Promise<OpenedRows> {
  try {
    if (await isFolder(file)) return await openFolder(engine, columns, file, only);
    const parquet = /\.parquet$/i.test(file) || (await startsAsParquet(file));
    return { text: parquet ? await openParquet(engine, [file]) : await openCsv(engine, [file], columns) };
  } catch (error) {
    throw explainAccess(file, error);
  }
}

/** The same with the digest of what is in the files. */
export async function openSource(
  engine: SqlEngine,
  columns: readonly string[],
  file: string,
  only?: readonly string[],
): Promise<OpenedRows & DataFiles> {
  const opened = await openRows(engine, columns, file, only);
  try {
    const { files } = opened;
    const stamp = await stampOf({ file, files });
    return { ...opened, stamp, digest: await (files ? digestOfDataFiles(file, files) : digestOfFile(file)) };
  } catch (error) {
    throw explainAccess(file, error);
  }
}

async function openFolder(
  engine: SqlEngine,
  columns: readonly string[],
  folder: string,
  only?: readonly string[],
): Promise<OpenedRows> {
  const { format, names, notRead } = await listDataFiles(folder, only);
  const files = names.map((name) => path.join(folder, name));
  const text = format === "csv" ? await openCsv(engine, files, columns) : await openParquet(engine, files);
  return { text, files: names, ...(notRead.length > 0 && { notRead }) };
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
interface CsvPart extends FileRows {
  readonly file: string;
  readonly header: readonly string[];
  readonly delimiter: Delimiter;
  /** Rows in the files before it. */
  readonly before: number;
}

/** SQL that gives the rows of one CSV file, numbered from `before` + 1 on. */
function csvRows({ header, before, from, rowNumber }: CsvPart, wanted: readonly WantedColumn[]): string {
  const positions = new Map(header.map((name, index) => [name, index]));
  const columns = wanted.map(({ name, as }) => `, c${positions.get(name)} AS ${identifier(as)}`).join("");
  return `SELECT ${before} + ${rowNumber} AS _row${columns} FROM ${from}`;
}

async function openCsv(
  engine: SqlEngine,
  files: readonly string[],
  columns: readonly string[],
): Promise<TextRows> {
  const parts: CsvPart[] = [];
  let rows = 0;
  let isPlain = true;
  for (const file of files) {
    const { rows: count, isPlain: isPartPlain, header, ...written } = await readCsvStructure(file, columns);
    const first = parts[0];
    if (first !== undefined) requireSameColumns([first.file, first.header], [file, header], "CSV");
    const read = await engine.csvRows(file, { columns: header.length, ...written });
    parts.push({ file, header, delimiter: written.delimiter, before: rows, ...read });
    rows += count;
    isPlain &&= isPartPlain;
  }
  const [first] = parts;
  return {
    format: "csv",
    ...(first && { delimiter: first.delimiter }),
    header: first?.header ?? [],
    numbers: new Set(),
    isPlain,
    rows,
    select: (wanted) => parts.map((part) => csvRows(part, wanted)).join(" UNION ALL "),
  };
}

async function openParquet(engine: SqlEngine, files: readonly string[]): Promise<TextRows> {
  const { columns, from, rowNumber } = await openParquetFiles(engine, files);
  const single = new Set(columns.filter(({ singlePrecision }) => singlePrecision).map(({ name }) => name));
  const numbers = new Set(columns.filter(({ binaryNumber }) => binaryNumber).map(({ name }) => name));
  const textOf = ({ name, as, asItIs }: WantedColumn): string => {
    if (asItIs === true) return `, ${identifier(name)} AS ${identifier(as)}`;
    // Widened first, so that 0.1 stored in 32 bits is the number that it is in every other program.
    const value = single.has(name) ? `CAST(${identifier(name)} AS DOUBLE)` : identifier(name);
    const text = `CAST(${value} AS STRING)`;
    // A number's text is never empty.
    return `, ${numbers.has(name) ? text : `NULLIF(${text}, '')`} AS ${identifier(as)}`;
  };
  return {
    format: "parquet",
    header: columns.map(({ name }) => name),
    numbers,
    isPlain: false,
    select: (wanted) => `SELECT ${rowNumber} AS _row${wanted.map(textOf).join("")} FROM ${from}`,
  };
}
