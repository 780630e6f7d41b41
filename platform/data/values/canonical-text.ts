import type { ColumnDefinition } from "../../definition/definition";
import { isKeptAsNumber } from "../../definition/model-features";
import type { SqlDialect } from "../../sql/dialect";
import { identifier } from "../../sql/engine";

/** Above this a whole part no longer fits 64 bits: greater numbers all count as this one. */
const maxWhole = "9.2E18";
/** 2^62: the fractional part of a double times this is exact, and fits 64 bits. */
const fractionScale = "4.611686018427387904E18";

/** A column by its name, type and part: only that of an id matters. */
type HashedColumn = Pick<ColumnDefinition, "name" | "type"> & { readonly role?: string | undefined };

/**
 * An id as the split sees it. It is text, but one that reads as a whole number counts as that number ("7.0" and "007" as 7), in the
 * notation of numbers: whether a file has ids as text or as numbers of any kind, a row keeps its side.
 */
function idText(value: string, { matches }: SqlDialect): string {
  const sign = `CASE WHEN ${value} LIKE '-%' THEN '-' ELSE '' END`;
  const digits = `regexp_replace(regexp_replace(${value}, '[.]0*$', ''), '^[+-]?0*', '')`;
  const whole = `concat(${sign}, COALESCE(NULLIF(${digits}, ''), '0'), '.0')`;
  return `CASE WHEN ${value} IS NULL THEN '' WHEN ${matches(value, "[+-]?[0-9]+([.]0*)?")} THEN ${whole} ELSE ${value} END`;
}

/** What of a column is hashed where its values are, and not their texts. Ids are texts in either case. */
export function hashedValue(
  column: HashedColumn,
  dialect: SqlDialect,
): { readonly sql: string; readonly isNumber: boolean } {
  const isNumber = isKeptAsNumber(column.type) && column.role !== "id";
  return { sql: isNumber ? identifier(column.name) : canonicalText(column, dialect), isNumber };
}

/** SQL for the MD5 of texts, side by side. */
export function hashOf(texts: readonly string[]): string {
  return `md5(concat_ws('|', ${texts.join(", ")}))`;
}

/**
 * A column's value as text that is the same on every SQL engine. Engines print and round numbers differently, so a number is
 * its sign, its whole part and its fractional part in units of 2^-62, each found by IEEE operations that are
 * exact: 1.5 is "1.2305843009213693952". Two doubles share a text only beyond 9.2e18 or closer than 2^-62.
 */
export function canonicalText({ name, type, role }: HashedColumn, dialect: SqlDialect): string {
  const value = identifier(name);
  if (role === "id") return idText(value, dialect);
  if (!isKeptAsNumber(type)) return `COALESCE(CAST(${value} AS STRING), '')`;
  const size = `least(abs(${value}), ${maxWhole})`;
  const fraction = `(${size} - floor(${size})) * ${fractionScale}`;
  return (
    `CASE WHEN ${value} IS NULL THEN '' ELSE concat(CASE WHEN ${value} < 0 THEN '-' ELSE '' END, ` +
    `CAST(floor(${size}) AS BIGINT), '.', CAST(floor(${fraction}) AS BIGINT)) END`
  );
}
