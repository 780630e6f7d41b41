import type { ModelDefinition } from "../../definition/definition";
import { double, identifier, literal, type SqlEngine } from "../../sql/engine";
import type { SqlDialect } from "../../sql/dialect";
import { canonicalText, hashedValue, hashOf } from "../values/canonical-text";
import { loadColumns, type DataSource } from "../source";
import type { HashRule, KeyColumn, SplitRule } from "./split-rule";

const hashes = 2 ** 32;
/** What a column that says the side says of a held-out row, and of a training row. */
export const sideNames = { heldOut: "test", training: "train" } as const;

/** Loaded data: the tables `raw` and `data` hold the columns of the definition. */
export interface LoadedData {
  readonly engine: SqlEngine;
  readonly definition: Pick<ModelDefinition, "columns" | "format">;
  readonly source: Pick<DataSource, "file" | "digest" | "files" | "header">;
}

/** SQL for what tells a row from others, in 16 characters. */
export function keyText({ hash, key }: Pick<HashRule, "hash" | "key">, dialect: SqlDialect): string {
  if (hash === "binary")
    return dialect.hexadecimal(dialect.rowHash(key.map((column) => hashedValue(column, dialect))));
  return `substr(${hashOf(key.map((column) => canonicalText(column, dialect)))}, 1, 16)`;
}

/** SQL for the first 32 bits of the hash of the seed and the row, in 8 hexadecimal digits. */
export function sideHash({ hash, seed, key }: HashRule, dialect: SqlDialect): string {
  if (hash === "binary") {
    const values = key.map((column) => hashedValue(column, dialect));
    return `substr(${dialect.hexadecimal(dialect.rowHash([{ sql: double(seed), isNumber: true }, ...values]))}, 1, 8)`;
  }
  const texts = [literal(String(seed)), ...key.map((column) => canonicalText(column, dialect))];
  return `substr(${hashOf(texts)}, 1, 8)`;
}

const hexadecimal = (limit: number): string => limit.toString(16).padStart(8, "0");

/** The first 32 bits of the hash of a held-out row are below it. */
export function hashLimit({ testFraction }: Pick<HashRule, "testFraction">): number {
  return Math.min(Math.round(testFraction * hashes), hashes - 1);
}

/** SQL condition: the hash of the seed and the row is below the fraction, or below the limit of its class. */
function isBelow(rule: HashRule, dialect: SqlDialect): string {
  const { hash, seed, key, strata } = rule;
  const limit = hashLimit(rule);
  if (strata !== undefined) {
    const { column, limits = [] } = strata;
    const classes = limits.map(({ value, below }) => `WHEN ${literal(value)} THEN '${hexadecimal(below)}'`);
    // A class that is new is split as all rows would be.
    const of =
      classes.length === 0
        ? `'${hexadecimal(limit)}'`
        : `(CASE ${canonicalText(column, dialect)} ${classes.join(" ")} ELSE '${hexadecimal(limit)}' END)`;
    return `${sideHash(rule, dialect)} < ${of}`;
  }
  if (hash === "binary") {
    const values = key.map((column) => hashedValue(column, dialect));
    return `${dialect.rowHash([{ sql: double(seed), isNumber: true }, ...values])} < ${BigInt(limit) * BigInt(hashes)}`;
  }
  return `${sideHash(rule, dialect)} < '${hexadecimal(limit)}'`;
}

/** Dates and times as ISO 8601 writes them, to the second or finer, in UTC or with an offset. */
const isoTime =
  "[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?";

/** SQL for a time of the column, which is text in these rows unless the definition has it as a number; NULL for what is none. */
export function timeValue(column: string, unit: "number" | "seconds", dialect: SqlDialect): string {
  const value = identifier(column);
  if (unit === "number") return value;
  const text = dialect.trim(value);
  return `CASE WHEN ${dialect.matches(text, isoTime)} THEN ${dialect.secondsOf(text)} END`;
}

/** SQL condition for a held-out row: its hash is below the fraction, or for a row that is on the other side than that, is not. */
export function heldOutCondition(rule: SplitRule, dialect: SqlDialect): string {
  if (rule.by === "column")
    return `COALESCE(${identifier(rule.column)} = ${literal(sideNames.heldOut)}, FALSE)`;
  if (rule.by === "time") {
    const { value, unit } = rule.from ?? { value: Infinity, unit: "seconds" };
    return `COALESCE(${timeValue(rule.column, unit, dialect)} >= ${double(value)}, FALSE)`;
  }
  const below = isBelow(rule, dialect);
  const { moved = [] } = rule;
  return moved.length === 0
    ? below
    : `(${below}) <> (${keyText(rule, dialect)} IN (${moved.map(literal).join(", ")}))`;
}

/** Columns that decide a row's side. One that says the side, or a date, is read as the text that it is. */
export function keyOf(rule: SplitRule): readonly KeyColumn[] {
  if (rule.by === "column") return [{ name: rule.column, type: "category" }];
  if (rule.by === "time")
    return [{ name: rule.column, type: rule.from?.unit === "number" ? "number" : "category" }];
  const { key, strata } = rule;
  if (strata === undefined || key.some(({ name }) => name === strata.column.name)) return key;
  return [...key, strata.column];
}

/** Whether the table `data` has these columns as they are. */
export function hasColumns(
  definition: Pick<ModelDefinition, "columns">,
  columns: readonly KeyColumn[],
): boolean {
  return columns.every(({ name, type, role }) =>
    definition.columns.some(
      (column) => column.name === name && column.type === type && (column.role === "id") === (role === "id"),
    ),
  );
}

/**
 * What follows FROM for the rows with these columns and `_row`: the table `data` where the definition has them as they are,
 * else the file, which may have columns that the definition never used, or uses no more.
 */
export async function rowsWith(
  { engine, definition, source }: LoadedData,
  columns: readonly KeyColumn[],
): Promise<string> {
  if (hasColumns(definition, columns)) return "data";
  await loadColumns(engine, source, columns, { table: "split_columns", definition });
  return "split_columns";
}

/** A SELECT of `_row` and whether the rule holds it out, from rows that have its columns. */
export function sidesIn(rows: string, rule: SplitRule, dialect: SqlDialect): string {
  return `SELECT _row, ${heldOutCondition(rule, dialect)} AS _held_out FROM ${rows}`;
}
