import type { ColumnDefinition, DataFormat, ModelDefinition } from "../definition/definition";
import { PlatformError } from "../base/errors";
import { identifier, literal, type SqlEngine } from "../sql/engine";
import { isNamed } from "./csv-header";
import { openSource, type DataFiles, type TextRows, type WantedColumn } from "./text-rows";
import { formatIn, sqlTypeOf, typedColumn } from "./typed-columns";

/** Where the loaded rows came from. */
export interface DataSource extends DataFiles, Pick<TextRows, "format" | "delimiter" | "header"> {
  /** Path of the file or folder. */
  readonly file: string;
  readonly rows: number;
}

const underItsName = <Column extends { readonly name: string }>(column: Column): Column & { as: string } => ({
  ...column,
  as: column.name,
});

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
  const rows = await createTable(engine, {
    table: "raw",
    file,
    text,
    wanted: present.map(underItsName),
    format: definition.format,
  });
  const { columns, format } = definition;
  await createTyped(engine, { table: "data", from: "raw", text, columns, format });
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
  const wanted = text.header.filter(isNamed).map((name) => underItsName({ name }));
  await createTable(engine, { table: "raw", file, text, wanted });
  const { format, delimiter, header } = text;
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
  const rows = await createTable(engine, { table: "fields", file, text, wanted });
  return { format: text.format, header: text.header, rows };
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

/** A column by its name, type and whether it is an id. */
export type TypedColumn = Pick<ColumnDefinition, "name" | "type"> & Partial<Pick<ColumnDefinition, "role">>;

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
  const opened = await openSource(engine, names, file, files);
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
  const read = `${table}_text`;
  await createTable(engine, {
    table: read,
    file,
    text,
    wanted: wanted.map(underItsName),
    format: definition.format,
  });
  await createTyped(engine, { table, from: read, text, columns: wanted, format: definition.format });
  await engine.run(`DROP TABLE ${read}`);
}

/** Makes a table of columns by type from one of their texts; a column that the data lacks is NULL. */
async function createTyped(
  engine: SqlEngine,
  {
    table,
    from,
    text,
    columns,
    format,
  }: {
    readonly table: string;
    readonly from: string;
    readonly text: TextRows;
    readonly columns: readonly (TypedColumn & Pick<WantedColumn, "values">)[];
    readonly format: DataFormat;
  },
): Promise<void> {
  const header = new Set(text.header);
  const written = formatIn(text.format, format);
  const typed = columns.map((column) => {
    const value = header.has(column.name)
      ? typedColumn(column, engine.dialect, written)
      : `CAST(NULL AS ${sqlTypeOf(column)})`;
    return `, ${value} AS ${identifier(column.name)}`;
  });
  await replaceTable(engine, table, `SELECT _row${typed.join("")} FROM ${from}`);
}

export async function replaceTable(engine: SqlEngine, table: string, query: string): Promise<void> {
  await engine.run(`DROP TABLE IF EXISTS ${table}`);
  await engine.run(`CREATE TABLE ${table} AS ${query}`);
}

interface WantedRows {
  readonly table: string;
  readonly file: string;
  readonly text: TextRows;
  readonly wanted: readonly WantedColumn[];
  readonly format?: DataFormat;
}

async function createTable(
  engine: SqlEngine,
  { table, file, text, wanted, format }: WantedRows,
): Promise<number> {
  const texts = wanted.map((column) => `, ${presentText(column, format?.missing ?? [])}`);
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
