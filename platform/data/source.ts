import path from "node:path";
import type { ModelDefinition } from "../definition/definition";
import { PlatformError } from "../base/errors";
import { identifier, isEmbedded, type SqlEngine } from "../sql/engine";
import { PageNotRead } from "../kernels/read-parquet-pages";
import { isNamed } from "./csv/csv-header";
import { parquetNumbers } from "./parquet/parquet-numbers";
import { numbersRead, openSource, type DataFiles, type TextRows } from "./text-rows";
import {
  isReadAsNumber,
  isUsualFormat,
  presentTexts,
  typedRows,
  underItsName,
  type TypedColumn,
  type TypedRows,
} from "./typed-rows";
import { finiteNumber, isStoredAsNumber } from "./values/typed-columns";
import { whileReading } from "./while-reading";

/** Where the loaded rows came from. */
export interface DataSource extends DataFiles, Pick<TextRows, "format" | "delimiter" | "header"> {
  /** Path of the file or folder. */
  readonly file: string;
  readonly rows: number;
}

/**
 * Loads a CSV file (RFC 4180 with any usual delimiter, header line, UTF-8 with or without byte order mark, compressed by
 * gzip or not), a Parquet file, or a folder of either, all of it or `only` some files, into the table `loaded` with all defined
 * columns by type, which is called `data`, too. A value that is not of its column's type is NULL there, and so is a column that the
 * file lacks: `checkData` finds both, and nothing may be trained before it has. The view `raw` reads the file again, for the
 * defined columns as text, NULL where the definition's format says that a value is missing.
 */
export async function loadData(
  engine: SqlEngine,
  definition: ModelDefinition,
  file: string,
  only?: readonly string[],
): Promise<DataSource> {
  const { columns, format } = definition;
  const numbers = { columns: columns.filter(isStoredAsNumber), format };
  const { text, ...content } = await openSource(engine, file, {
    columns: columns.map(({ name }) => name),
    only,
    ...(numbers.columns.length > 0 && isUsualFormat(format) && { numbers }),
  });
  const header = new Set(text.header);
  const present = columns.filter(({ name }) => header.has(name));
  await engine.run(
    engine.dialect.createView(
      "raw",
      presentTexts(engine.dialect, { text, wanted: present.map(underItsName), format }),
    ),
  );
  await engine.run("DROP TABLE IF EXISTS split_rules");
  const files = content.files?.map((name) => path.join(file, name)) ?? [file];
  const rows = await makeData(engine, { file, files, text, columns, format });
  const { delimiter, header: names } = text;
  return { file, format: text.format, ...(delimiter && { delimiter }), ...content, rows, header: names };
}

/**
 * Loads every column of a file that has a name as text into the table `texts`, which is called `raw`, for a first look at what it holds; refuses what
 * `loadData` would refuse. `header` has the others, too.
 */
export async function loadText(
  engine: SqlEngine,
  file: string,
): Promise<Pick<DataSource, "format" | "delimiter" | "files" | "header">> {
  const { text, files } = await openSource(engine, file, { columns: [] });
  const wanted = text.header.filter(isNamed).map((name) => underItsName({ name }));
  await createTable(engine, {
    table: "texts",
    file,
    text,
    query: presentTexts(engine.dialect, { text, wanted }),
  });
  await engine.run(engine.dialect.createView("raw", "SELECT * FROM texts"));
  const { format, delimiter, header } = text;
  return { format, ...(delimiter && { delimiter }), ...(files && { files }), header };
}

/** What a table by type is made of. */
interface TypedTable extends TypedRows {
  readonly table: string;
  readonly file: string;
}

/** Rows by type, and the files that they are in. */
interface FileRowsByType extends TypedRows {
  readonly files: readonly string[];
}

/**
 * Loads some columns of data by type, with `_row`, into a table of the given name: columns that the definition need not have. Numbers
 * are written, and values missing, as the definition says. Throws CONFLICT when the data is no longer what it was.
 */
export async function loadColumns(
  engine: SqlEngine,
  { file, files, digest }: Pick<DataSource, "file" | "files" | "digest">,
  columns: readonly TypedColumn[],
  {
    table,
    definition,
  }: { readonly table: string; readonly definition: Pick<ModelDefinition, "columns" | "format"> },
): Promise<void> {
  const names = columns.map(({ name }) => name);
  const opened = await openSource(engine, file, { columns: names, only: files });
  if (opened.digest !== digest) {
    throw new PlatformError(
      "CONFLICT",
      `${file} has changed since it was read. Data stays as it is until a run has ended. Run again when it is complete.`,
    );
  }
  const { text } = opened;
  const wanted = columns.map((column) => ({
    ...column,
    values: definition.columns.find(({ name, type }) => name === column.name && type === column.type)?.values,
  }));
  await createTyped(engine, { table, file, text, columns: wanted, format: definition.format });
}

/**
 * Makes `loaded` and `data`. Numbers of Parquet stay in their files, which the engine reads as quickly as a table: writing one would take
 * most of the time of training. They are read once and kept as blocks, as those that were read out of CSV files are. What else CSV files
 * have is in a table, and so is all of them where numbers are written in another way.
 */
async function makeData(
  engine: SqlEngine,
  { file, ...rows }: Omit<TypedTable, "table"> & FileRowsByType,
): Promise<number> {
  const { columns, text } = rows;
  const numbers = columns.filter(isStoredAsNumber);
  const isRead = numbers.length > 0 && numbers.every((column) => isReadAsNumber(column, text, rows.format));
  const isCsv = text.format === "csv";
  const inTable = isRead ? (isCsv ? columns.filter((column) => !numbers.includes(column)) : []) : columns;
  const count =
    inTable.length > 0
      ? await createTyped(engine, { table: "typed", file, ...rows, columns: inTable })
      : undefined;
  const query = loadedRows(engine, rows, inTable);
  await engine.run(engine.dialect.createView("loaded", query));
  await engine.run(engine.dialect.createView("data", "SELECT * FROM loaded"));
  if (isRead && isCsv && isEmbedded(engine)) engine.shareBlocks(numbersRead, "data");
  if (count !== undefined) return count;
  return isCsv ? requireRows(file, text.rows ?? 0, text.rows) : readNumbers(engine, file, rows);
}

/** A SELECT of all columns, of which some are in the table `typed`. */
function loadedRows(engine: SqlEngine, rows: TypedRows, inTable: readonly TypedColumn[]): string {
  const { columns } = rows;
  if (inTable.length === columns.length) return "SELECT * FROM typed";
  if (inTable.length === 0 || !isEmbedded(engine)) return typedRows(engine.dialect, rows);
  const others = columns.filter((column) => !inTable.includes(column)).map(({ name }) => identifier(name));
  const numbers = others.map((name) => `${finiteNumber(name)} AS ${name}`);
  return engine.besideEachOther("typed", `(SELECT ${numbers.join(", ")} FROM ${numbersRead}) AS numbers`);
}

/** Reads the numbers of Parquet files into blocks that are kept; gives how many rows there are. */
async function readNumbers(
  engine: SqlEngine,
  file: string,
  { columns, files }: FileRowsByType,
): Promise<number> {
  const nameOf = ({ name }: TypedColumn): string => identifier(name);
  const numbers = columns.filter(isStoredAsNumber);
  const others = columns.filter((column) => !numbers.includes(column));
  return whileReading(file, async () => {
    const before = await engine.count("loaded");
    const rowsRead = await keepNumbers(engine, files, numbers);
    // What is damaged is found here, and not in the middle of training.
    if (others.length > 0)
      await engine.rows(
        `SELECT ${others.map((column) => `count(${nameOf(column)})`).join(", ")} FROM loaded`,
      );
    return requireRows(file, rowsRead, before);
  });
}

/** Reads numbers of Parquet files into blocks that are kept; gives how many rows there are. */
async function keepNumbers(
  engine: SqlEngine,
  files: readonly string[],
  columns: readonly TypedColumn[],
): Promise<number> {
  const names = columns.map(({ name }) => name);
  const asked = names.map(identifier);
  if (!isEmbedded(engine)) {
    let rows = 0;
    for await (const [first] of engine.blocks(asked, "data", { again: true })) rows += first?.length ?? 0;
    return rows;
  }
  const fill = (blocks: AsyncIterable<readonly Float64Array[]>): Promise<number> =>
    engine.fill(numbersRead, asked, blocks);
  let rows: number;
  try {
    // In half of the time that asking the engine takes.
    rows = await fill(parquetNumbers(files, names));
  } catch (error) {
    if (!(error instanceof PageNotRead)) throw error;
    rows = await fill(engine.blocks(asked, "loaded"));
  }
  engine.shareBlocks(numbersRead, "data");
  return rows;
}

/** Makes a table of columns by type; a column that the data lacks is NULL. Gives the number of rows. */
async function createTyped(engine: SqlEngine, { table, file, ...rows }: TypedTable): Promise<number> {
  return createTable(engine, { table, file, text: rows.text, query: typedRows(engine.dialect, rows) });
}

export async function replaceTable(
  engine: SqlEngine,
  table: string,
  query: string,
  options?: { readonly changes?: boolean },
): Promise<void> {
  await engine.run(`DROP TABLE IF EXISTS ${table}`, options);
  await engine.run(`CREATE TABLE ${table} AS ${query}`, options);
}

async function createTable(
  engine: SqlEngine,
  {
    table,
    file,
    text,
    query,
  }: { readonly table: string; readonly file: string; readonly text: TextRows; readonly query: string },
): Promise<number> {
  await whileReading(file, () => replaceTable(engine, table, query));
  return requireRows(file, await engine.count(table), text.rows);
}

/** The rows that were read, which are as many as were counted before, where they were. */
function requireRows(file: string, rows: number, before: number | undefined): number {
  if (before !== undefined && before !== rows) {
    throw new PlatformError(
      "DATA_UNREADABLE",
      `${file} had ${before} rows and then ${rows}. It changed while it was read; run again when it is complete.`,
    );
  }
  if (rows === 0) {
    throw new PlatformError("DATA_INVALID", `${file} has no rows. Data has at least one; add some.`);
  }
  return rows;
}
