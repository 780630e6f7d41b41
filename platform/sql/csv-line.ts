import type { SqlValue } from "./engine";

function toField(value: SqlValue, delimiter: string): string {
  const text = value === null ? "" : String(value);
  const isPlain = !/["\r\n]|^\s|\s$/.test(text) && !text.includes(delimiter);
  return isPlain ? text : `"${text.replaceAll('"', '""')}"`;
}

/** One line of CSV (RFC 4180 but for its delimiter) with its line feed; a missing value is an empty field. */
export function toCsvLine(values: readonly SqlValue[], delimiter = ","): string {
  return `${values.map((value) => toField(value, delimiter)).join(delimiter)}\n`;
}
