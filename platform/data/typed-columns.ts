import type { ColumnDefinition } from "../definition/definition";
import type { SqlDialect } from "../sql/dialect";
import { identifier } from "../sql/engine";

/**
 * What counts as a number in text: decimal notation with a point. Casts of SQL engines take more ("inf", "nan",
 * " 12 ", "1_000", "1d"), each a little different. Each digit has one place in the pattern, or engines that backtrack
 * would try a long field in very many ways.
 */
const decimalNotation = "[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?";
const decimal = new RegExp(`^${decimalNotation}$`);
const maxDouble = "CAST('1.7976931348623157e308' AS DOUBLE)";

const sqlTypes = { number: "DOUBLE", category: "STRING", boolean: "BOOLEAN" } as const;

type Typed = Pick<ColumnDefinition, "type"> & Partial<Pick<ColumnDefinition, "role">>;

/** How a column's values are kept: by its type, but an id is text as it was written, whatever its declared type. */
function storedType({ type, role }: Typed): ColumnDefinition["type"] {
  return role === "id" ? "category" : type;
}

/** SQL type of a column in the table `data`. */
export function sqlTypeOf(column: Typed): string {
  return sqlTypes[storedType(column)];
}

/** SQL expression that makes a column's text a value of its type; NULL when the text is no such value. */
export function typedColumn(column: Typed & Pick<ColumnDefinition, "name">, dialect: SqlDialect): string {
  const text = identifier(column.name);
  const type = storedType(column);
  // A model would not get what follows a NUL: the ONNX runtime ends texts there.
  if (type === "category") return `CASE WHEN position(chr(0) IN ${text}) = 0 THEN ${text} END`;
  if (type === "boolean") {
    return `CASE WHEN lower(${text}) IN ('true', '1') THEN TRUE WHEN lower(${text}) IN ('false', '0') THEN FALSE END`;
  }
  const number = dialect.tryDouble(text);
  return `CASE WHEN ${dialect.matches(text, decimalNotation)} AND abs(${number}) <= ${maxDouble} THEN ${number} END`;
}

/**
 * The same for one field that is in memory: its value, null for an empty field. A text that is no value of the type comes
 * back as it is, and a number too large for a double as infinity, so that whoever checks the value can name it.
 */
export function typedValue(
  text: string,
  type: ColumnDefinition["type"] | undefined,
): number | string | boolean | null {
  if (text === "") return null;
  if (type === "number") return decimal.test(text) ? Number(text) : text;
  if (type !== "boolean") return text;
  const lower = text.toLowerCase();
  if (lower === "true" || lower === "1") return true;
  return lower === "false" || lower === "0" ? false : text;
}

/** How values of a type are written, for messages. */
export const notations = {
  number: "Numbers are written like 12, -0.5 or 1e-3, without spaces, units or separators",
  boolean: "A boolean is written true or false, or 1 or 0",
  category: "Any text without the character NUL is allowed",
} as const;
