import type { ColumnDefinition, DataFormat } from "../definition/definition";
import type { SqlDialect } from "../sql/dialect";
import { identifier, literal } from "../sql/engine";
import type { TextRows, WantedColumn } from "./text-rows";
import { finiteNumber, formatIn, sqlTypeOf, typedColumn } from "./values/typed-columns";

/** A column by its name, type and whether it is an id. */
export type TypedColumn = Pick<ColumnDefinition, "name" | "type"> & { readonly role?: string | undefined };

/** The same as a table calls it. */
export function underItsName<Column extends { readonly name: string }>(
  column: Column,
): Column & { as: string } {
  return { ...column, as: column.name };
}

/**
 * SQL for a column's text, NULL where it is one that means that the value is missing; spaces around it do not count. An id
 * is text as it was written.
 */
function presentText(
  { trim }: SqlDialect,
  { as, role, values, asItIs }: WantedColumn,
  missing: readonly string[],
): string {
  const text = identifier(as);
  if (asItIs === true) return text;
  const tokens = role === "id" ? [] : missing.filter((token) => values?.includes(token) !== true);
  if (tokens.length === 0) return text;
  return `CASE WHEN ${trim(text)} IN (${tokens.map((token) => literal(token.trim())).join(", ")}) THEN NULL ELSE ${text} END AS ${text}`;
}

/** A SELECT of columns as text, NULL where it means that a value is missing, or as the file has them. */
export function presentTexts(
  dialect: SqlDialect,
  {
    text,
    wanted,
    format,
  }: {
    readonly text: TextRows;
    readonly wanted: readonly WantedColumn[];
    readonly format?: DataFormat;
  },
): string {
  const texts = wanted.map((column) => `, ${presentText(dialect, column, format?.missing ?? [])}`);
  return `SELECT _row${texts.join("")} FROM (${text.select(wanted)}) AS read`;
}

/** Whether no text of a number means that one is missing. */
function isNumberPresent({ missing }: DataFormat): boolean {
  return !missing.some((token) => token.trim() !== "" && Number.isFinite(Number(token)));
}

/** Whether numbers in text are written as most programs do, and are what they say, so that they can be read on the way. */
export function isUsualFormat(format: DataFormat): boolean {
  return format.decimal === "." && format.thousands === undefined && isNumberPresent(format);
}

/** Whether a column's numbers are those of the file, and need not become text first: no text of them means that one is missing. */
export function isReadAsNumber(
  { name, type, role }: TypedColumn,
  { numbers }: TextRows,
  format: DataFormat,
): boolean {
  return type === "number" && role !== "id" && numbers.has(name) && isNumberPresent(format);
}

/** What rows by type are made of. */
export interface TypedRows {
  readonly text: TextRows;
  readonly columns: readonly (TypedColumn & Pick<WantedColumn, "values">)[];
  readonly format: DataFormat;
}

/**
 * A SELECT of columns by type, with `_row`; a column that the data lacks is NULL, and so is a value that is not of its type.
 * `beside` are further expressions over the columns' texts, or over their numbers where the file has these.
 */
export function typedRows(
  dialect: SqlDialect,
  { text, columns, format }: TypedRows,
  beside: readonly string[] = [],
): string {
  const header = new Set(text.header);
  const written = { format: formatIn(text.format, format), isPlain: text.isPlain };
  const present = columns.filter(({ name }) => header.has(name));
  const asNumbers = new Set(
    present.filter((column) => isReadAsNumber(column, text, format)).map(({ name }) => name),
  );
  const typed = columns.map((column) => {
    const name = identifier(column.name);
    if (!header.has(column.name)) return `CAST(NULL AS ${sqlTypeOf(column)}) AS ${name}`;
    const value = asNumbers.has(column.name) ? finiteNumber(name) : typedColumn(column, dialect, written);
    return `${value} AS ${name}`;
  });
  const wanted = present.map((column) => ({ ...underItsName(column), asItIs: asNumbers.has(column.name) }));
  return `SELECT ${["_row", ...typed, ...beside].join(", ")} FROM (${presentTexts(dialect, { text, wanted, format })}) AS texts`;
}
