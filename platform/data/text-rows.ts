import { stat } from "node:fs/promises";
import path from "node:path";
import type { ColumnDefinition, DataFormat } from "../definition/definition";
import { PlatformError, systemErrorCode } from "../base/errors";
import { digestOfFile, type Digest } from "../base/files";
import { identifier, isEmbedded, type EmbeddedEngine, type FileRows, type SqlEngine } from "../sql/engine";
import type { Delimiter } from "./csv/csv-delimiter";
import { readCsv } from "./csv/csv-file";
import { CsvNumbers } from "./csv/csv-numbers";
import { digestOfDataFiles, listDataFiles, requireSameColumns } from "./data-files";
import { settledState, stampOf } from "./unchanged";
import { openParquetFiles, startsAsParquet } from "./parquet-files";

/** Rows that can be read as text: the names of all columns, and SQL that gives those wanted. */
export interface TextRows {
  readonly format: "csv" | "parquet";
  /** What is between the fields of the CSV file, or of the first of a folder's. */
  readonly delimiter?: Delimiter;
  /** Column names in the order of the file. */
  readonly header: readonly string[];
  /** Columns that the file has as numbers, or whose numbers were read out of it. */
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
  /** Of a file: its state before it was hashed, where that tells all later content from what was hashed. */
  readonly settled?: string | undefined;
  /** What else the folder has, and is not read; absent when there is nothing. */
  readonly notRead?: readonly string[];
}

/** Rows as text, with the files that they are in. */
interface OpenedRows extends Pick<DataFiles, "files" | "notRead"> {
  readonly text: TextRows;
}

/** Which of the files' columns are wanted. */
interface WantedOfFiles {
  /** Names of those wanted most. */
  readonly columns: readonly string[];
  /** The files of a folder that are read; all of them when absent. */
  readonly only?: readonly string[] | undefined;
  /** Columns whose numbers are read out of CSV files on the way, where nothing but numbers is read as one, and how they are written. */
  readonly numbers?: NumbersToRead | undefined;
}

interface NumbersToRead {
  readonly columns: readonly Pick<ColumnDefinition, "name" | "type" | "values">[];
  readonly format: DataFormat;
}

/** Opens a file or folder as rows of text; `columns` are those wanted most, `only` the files of a folder that are. */
export async function openRows(
  engine: SqlEngine,
  columns: readonly string[],
  file: string,
  only?: readonly string[],
): Promise<OpenedRows> {
  try {
    return await openFiles(engine, file, await findFiles(file, only), { columns });
  } catch (error) {
    throw explainAccess(file, error);
  }
}

/** The same with the digest of what is in the files. */
export async function openSource(
  engine: SqlEngine,
  file: string,
  { only, ...wanted }: WantedOfFiles,
): Promise<OpenedRows & DataFiles> {
  try {
    const found = await findFiles(file, only);
    const { names: files } = found;
    // Before anything is read, so that whatever is written from now on is found out.
    const stamp = await stampOf({ file, files });
    const settled = files ? undefined : await settledState(file);
    const opened = await openFiles(engine, file, found, wanted);
    return {
      ...opened,
      stamp,
      settled,
      digest: await (files ? digestOfDataFiles(file, files) : digestOfFile(file)),
    };
  } catch (error) {
    throw explainAccess(file, error);
  }
}

/** The files of data, of a folder by their names. */
interface FoundFiles extends Pick<DataFiles, "notRead"> {
  readonly format: TextRows["format"];
  readonly names?: readonly string[];
}

async function findFiles(file: string, only?: readonly string[]): Promise<FoundFiles> {
  if (await isFolder(file)) return listDataFiles(file, only);
  const isParquet = /\.parquet$/i.test(file) || (await startsAsParquet(file));
  return { format: isParquet ? "parquet" : "csv" };
}

async function openFiles(
  engine: SqlEngine,
  file: string,
  { format, names, notRead = [] }: FoundFiles,
  { columns, numbers }: Omit<WantedOfFiles, "only">,
): Promise<OpenedRows> {
  const files = names?.map((name) => path.join(file, name)) ?? [file];
  const text =
    format === "csv" ? await openCsv(engine, files, columns, numbers) : await openParquet(engine, files);
  return { text, ...(names && { files: names }), ...(notRead.length > 0 && { notRead }) };
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
  const remedy = "or name another: in the command, or as `data` in the model's definition";
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

/** The view of the numbers that were read out of CSV files, by their columns' names, beside `_row`. */
export const numbersRead = "numbers_read";

async function openCsv(
  engine: SqlEngine,
  files: readonly string[],
  columns: readonly string[],
  numbers: NumbersToRead | undefined,
): Promise<TextRows> {
  const parts: CsvPart[] = [];
  let rows = 0;
  let isPlain = true;
  const reader = numbers && isEmbedded(engine) ? new CsvNumbers(numbers.columns, numbers.format) : undefined;
  async function* readAll(): AsyncGenerator<readonly Float64Array[]> {
    for (const file of files) {
      const { rows: count, isPlain: isPartPlain, header, ...written } = yield* readCsv(file, columns, reader);
      const first = parts[0];
      if (first !== undefined) requireSameColumns([first.file, first.header], [file, header], "CSV");
      const read = await engine.csvRows(file, { columns: header.length, ...written });
      parts.push({ file, header, delimiter: written.delimiter, before: rows, ...read });
      rows += count;
      isPlain &&= isPartPlain;
    }
    if (reader) yield reader.take();
  }
  const read = await (reader && isEmbedded(engine)
    ? fillNumbers(engine, reader, readAll())
    : readThrough(readAll()));
  const header = parts[0]?.header ?? [];
  const numbersOfFile = new Set(read.filter((name) => header.includes(name)));
  return {
    format: "csv",
    ...(parts[0] && { delimiter: parts[0].delimiter }),
    header,
    numbers: numbersOfFile,
    isPlain,
    rows,
    select(wanted) {
      const numbersOf = wanted.filter(({ name, asItIs }) => asItIs === true && numbersOfFile.has(name));
      const texts = wanted.filter((column) => !numbersOf.includes(column));
      const rowsOfText = parts.map((part) => csvRows(part, texts)).join(" UNION ALL ");
      if (numbersOf.length === 0 || !isEmbedded(engine)) return rowsOfText;
      const columnsOf = numbersOf.map(({ name, as }) => `${identifier(name)} AS ${identifier(as)}`);
      if (texts.length === 0) return `SELECT _row, ${columnsOf.join(", ")} FROM ${numbersRead}`;
      const numberRows = `(SELECT ${columnsOf.join(", ")} FROM ${numbersRead}) AS numbers`;
      return engine.besideEachOther(`(${rowsOfText}) AS texts`, numberRows);
    },
  };
}

/** Makes the view of the numbers; gives the columns' names. */
async function fillNumbers(
  engine: EmbeddedEngine,
  { names }: CsvNumbers,
  blocks: AsyncIterable<readonly Float64Array[]>,
): Promise<readonly string[]> {
  await engine.fill(numbersRead, names.map(identifier), blocks, { rowNumber: "_row" });
  return names;
}

/** Reads for what is found on the way. */
async function readThrough(blocks: AsyncGenerator): Promise<readonly string[]> {
  for (let next = await blocks.next(); next.done !== true;) next = await blocks.next();
  return [];
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
