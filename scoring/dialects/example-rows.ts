import type { Signature } from "../../platform/model/signature";
import type { InputValue } from "../rows/row-table";

/** Rows by name, as the descriptions of the dialects show them. */
export type ExampleRows = readonly Readonly<Record<string, InputValue>>[];

/** The rows as a list of values per feature. */
export function columnsOf(rows: ExampleRows, { inputs }: Signature): Record<string, InputValue[]> {
  return Object.fromEntries(inputs.map(({ name }) => [name, rows.map((row) => row[name] ?? null)]));
}

/** The rows as values in signature order. */
export function valuesOf(rows: ExampleRows, { inputs }: Signature): InputValue[][] {
  return rows.map((row) => inputs.map(({ name }) => row[name] ?? null));
}
