import { PlatformError } from "../base/errors";
import { isoTimeExamples, parseTime } from "../base/iso-time";
import { findTextFault } from "./category-text";
import type { Signature, SignatureColumn } from "./signature";
import type { SqlRow, SqlValue } from "../sql/engine";

/**
 * One column of rows to score. A missing number is NaN and a missing category is "", as in the model's graph;
 * a boolean is 0 or 1; a date is seconds since 1970 (UTC), missing NaN.
 */
export type ColumnValues = Float64Array | string[] | Uint8Array;

/** Rows by column, in signature order. Every column has `rows` values. */
export interface FeatureTable {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, ColumnValues>;
}

/** What a model says of a table, in row order. */
export interface Predictions {
  /** Regression: the number. Classification: the class (0 or 1 for a boolean target, the number or text of another). */
  readonly prediction: Float64Array | string[];
  /** Two classes: probability of the positive one (the last of `Signature.target.classes`), 0..1. */
  readonly probability?: Float64Array;
  /** More classes: row by row the probability of each, in the order of `Signature.target.classes`; they sum to 1. */
  readonly probabilities?: Float64Array;
}

/** The probabilities of a row of more than two classes, in their order. */
export function probabilitiesOf(
  { probabilities }: Pick<Predictions, "probabilities">,
  { length }: { readonly length: number },
  row: number,
): number[] {
  return Array.from(probabilities?.subarray(row * length, (row + 1) * length) ?? []);
}

type RowValue = SqlValue | undefined;

function wrongValue({ name, type }: SignatureColumn, row: number, value: RowValue): PlatformError {
  return new PlatformError(
    "INPUT_INVALID",
    `Row ${row + 1}: feature "${name}" is ${JSON.stringify(value) ?? "absent"}. A ${type}${type === "boolean" ? "" : " or null"}${type === "date" ? ` such as ${isoTimeExamples}` : ""} is expected. Correct the row.`,
  );
}

function toColumn(column: SignatureColumn, rows: readonly SqlRow[]): ColumnValues {
  const { name, type } = column;
  if (type === "number") {
    return Float64Array.from(rows, (row, index) => {
      const value = row[name];
      if (value === null) return NaN;
      if (typeof value !== "number") throw wrongValue(column, index, value);
      return value;
    });
  }
  if (type === "date") {
    return Float64Array.from(rows, (row, index) => {
      const value = row[name];
      const seconds = typeof value === "string" ? parseTime(value) : undefined;
      if (value !== null && seconds === undefined) throw wrongValue(column, index, value);
      return seconds ?? NaN;
    });
  }
  if (type === "boolean") {
    return Uint8Array.from(rows, (row, index) => {
      const value = row[name];
      if (typeof value !== "boolean") throw wrongValue(column, index, value);
      return value ? 1 : 0;
    });
  }
  return rows.map((row, index) => {
    const value = row[name];
    if (value === null) return "";
    if (typeof value !== "string" || findTextFault(value) !== undefined)
      throw wrongValue(column, index, value);
    return value;
  });
}

/** Rows as objects (null = missing; other keys are ignored) as the columns a model takes. */
export function featureTable(signature: Signature, rows: readonly SqlRow[]): FeatureTable {
  return {
    rows: rows.length,
    columns: new Map(signature.inputs.map((column) => [column.name, toColumn(column, rows)])),
  };
}
