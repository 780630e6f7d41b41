import type { ColumnDefinition, DataFormat } from "../../definition/definition";
import { isoTimeExamples, isoTimePattern } from "../../base/iso-time";
import { isBooleanCategory } from "../../definition/column-schema";
import type { SqlDialect } from "../../sql/dialect";
import { identifier, literal } from "../../sql/engine";

/**
 * What counts as a number in text: decimal notation. Casts of SQL engines take more ("inf", "nan", "1_000", "1d"), each
 * a little different. Each digit has one place in the pattern, or engines that backtrack would try a long field in very
 * many ways.
 */
const decimalNotation = "[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?";
/** The same with groups of three digits, of which there are two or more, and a space between them. */
const groupedNotation = "[+-]?[1-9][0-9]{0,2}( [0-9]{3})+([.][0-9]*)?";
const plainNumber = new RegExp(`^${decimalNotation}$`);
const groupedNumber = new RegExp(`^${groupedNotation}$`);
const maxDouble = "CAST('1.7976931348623157e308' AS DOUBLE)";

/** A date is seconds since 1970 (UTC). */
const sqlTypes = { number: "DOUBLE", category: "STRING", boolean: "BOOLEAN", date: "DOUBLE" } as const;

type Typed = Pick<ColumnDefinition, "type"> &
  Partial<Pick<ColumnDefinition, "values">> & { readonly role?: string | undefined };

/** How a column's values are kept: by its type, but an id is text as it was written, whatever its declared type. */
function storedType({ type, role }: Typed): ColumnDefinition["type"] {
  return role === "id" ? "category" : type;
}

/** Whether a column's values are numbers in the table `data`. */
export function isStoredAsNumber(column: Typed): boolean {
  return storedType(column) === "number";
}

/** SQL for a number that a file has as a number; NULL for one that is none to a model. */
export function finiteNumber(number: string): string {
  return `CASE WHEN abs(CAST(${number} AS DOUBLE)) <= ${maxDouble} THEN CAST(${number} AS DOUBLE) END`;
}

/** SQL type of a column in the table `data`. */
export function sqlTypeOf(column: Typed): string {
  return sqlTypes[storedType(column)];
}

/** What may be written for each separator of thousands. */
const thousandsTexts = { ",": [","], ".": ["."], " ": ["\u00a0", "\u202f"], "'": ["'", "\u2019"] } as const;

function replaced(text: string, from: string, to: string): string {
  return `replace(${text}, ${literal(from)}, ${literal(to)})`;
}

/** SQL for a number's text in the usual notation, with a point; thousands, where there may be any, are grouped by spaces. */
function pointNotation(text: string, { decimal, thousands }: DataFormat): string {
  const groups: readonly string[] = thousands === undefined ? [] : thousandsTexts[thousands];
  const grouped = groups.reduce((sql, group) => replaced(sql, group, " "), text);
  // What is left of points is no separator of this notation.
  return decimal === "," ? replaced(replaced(grouped, ".", "?"), ",", ".") : grouped;
}

/** How a file writes values. */
export interface WrittenAs {
  readonly format?: DataFormat | undefined;
  /** Whether no value has an underscore, "+-", or white space but spaces. */
  readonly isPlain?: boolean;
}

function typedNumber(text: string, dialect: SqlDialect, { format, isPlain = false }: WrittenAs): string {
  const isUsual = format === undefined || (format.decimal === "." && format.thousands === undefined);
  // A pattern for each value would take most of the time of reading a file.
  if (isPlain && isUsual && dialect.doubleOfPlain) return finiteNumber(dialect.doubleOfPlain(text));
  const plain = format ? pointNotation(dialect.trim(text), format) : dialect.trim(text);
  const digits = format?.thousands === undefined ? plain : replaced(plain, " ", "");
  const notation = dialect.matches(plain, decimalNotation);
  const known =
    format?.thousands === undefined
      ? notation
      : `(${notation} OR ${dialect.matches(plain, groupedNotation)})`;
  const number = dialect.tryDouble(digits);
  return `CASE WHEN ${known} AND abs(${number}) <= ${maxDouble} THEN ${number} END`;
}

function typedDate(text: string, dialect: SqlDialect): string {
  return `CASE WHEN ${dialect.matches(text, isoTimePattern)} THEN ${dialect.secondsOf(text)} END`;
}

/**
 * SQL expression that makes a column's text a value of its type; NULL when the text is no such value. Spaces around a number
 * or a boolean do not count. Numbers are written in decimal notation with a point, where no format says otherwise.
 */
export function typedColumn(
  column: Typed & Pick<ColumnDefinition, "name">,
  dialect: SqlDialect,
  written: WrittenAs = {},
): string {
  const text = identifier(column.name);
  const type = storedType(column);
  const lower = `lower(${dialect.trim(text)})`;
  if (type === "category" && column.role !== "id" && isBooleanCategory(column)) {
    return `CASE WHEN ${lower} IN ('true', '1') THEN 'true' WHEN ${lower} IN ('false', '0') THEN 'false' ELSE ${text} END`;
  }
  // A model would not get what follows a NUL: the ONNX runtime ends texts there.
  if (type === "category") return `CASE WHEN position(chr(0) IN ${text}) = 0 THEN ${text} END`;
  if (type === "number") return typedNumber(text, dialect, written);
  if (type === "date") return typedDate(dialect.trim(text), dialect);
  return `CASE WHEN ${lower} IN ('true', '1') THEN TRUE WHEN ${lower} IN ('false', '0') THEN FALSE END`;
}

const space = /\p{Zs}/u;

/** As SQL's trim. By a loop, as a pattern would look at each of many spaces inside of a long text many times. */
function withoutOuterSpaces(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && space.test(text.charAt(start))) start++;
  while (end > start && space.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/** What `pointNotation` says in SQL, of a text in memory. */
function inPointNotation(text: string, { decimal, thousands }: DataFormat): string {
  const groups: readonly string[] = thousands === undefined ? [] : thousandsTexts[thousands];
  const grouped = groups.reduce((result, group) => result.replaceAll(group, " "), text);
  return decimal === "," ? grouped.replaceAll(".", "?").replaceAll(",", ".") : grouped;
}

function numberOf(text: string, format: DataFormat | undefined): number | undefined {
  const plain = format ? inPointNotation(text, format) : text;
  if (plainNumber.test(plain)) return Number(plain);
  return format?.thousands !== undefined && groupedNumber.test(plain)
    ? Number(plain.replaceAll(" ", ""))
    : undefined;
}

/** Whether a field's text is one that means that its value is missing. */
function isMissing(text: string, { role, values }: Typed, { missing }: DataFormat): boolean {
  if (role === "id") return false;
  return missing.some((token) => token.trim() === text && values?.includes(token) !== true);
}

/**
 * The same as `typedColumn` for one field that is in memory: its value, null for one that is missing. A text that is no
 * value of the type comes back as it is, and a number too large for a double as infinity, so that whoever checks the value
 * can name it.
 */
export function typedValue(
  text: string,
  column: Typed | undefined,
  format?: DataFormat,
): number | string | boolean | null {
  if (text === "") return null;
  if (column === undefined) return text;
  const trimmed = withoutOuterSpaces(text);
  if (format && isMissing(trimmed, column, format)) return null;
  const type = storedType(column);
  if (type === "number") return numberOf(trimmed, format) ?? text;
  // Dates are texts to whoever checks values.
  if (type === "date") return trimmed;
  const asCategory = type === "category" && column.role !== "id" && isBooleanCategory(column);
  if (type === "category" && !asCategory) return text;
  const lower = trimmed.toLowerCase();
  if (lower === "true" || lower === "1") return asCategory ? "true" : true;
  if (lower === "false" || lower === "0") return asCategory ? "false" : false;
  return text;
}

/** How values are written in a file: Parquet has numbers as numbers, whose text is always the same. */
export function formatIn(file: "csv" | "parquet", format: DataFormat): DataFormat {
  return file === "csv" ? format : { decimal: ".", missing: format.missing };
}

/** How values of a type are written, for messages. */
export function notationOf(type: ColumnDefinition["type"], { decimal, thousands }: DataFormat): string {
  if (type === "boolean") return "A boolean is written true or false, or 1 or 0";
  if (type === "category") return "Any text without the character NUL is allowed";
  if (type === "date") return `A date or time is written as ISO 8601 has it, such as ${isoTimeExamples}`;
  const grouped = thousands === undefined ? "" : `, 1${thousands}000`;
  const without = thousands === undefined ? "spaces, units or separators" : "units";
  return `Numbers are written like 12, -0${decimal}5${grouped} or 1e-3, without ${without}`;
}
