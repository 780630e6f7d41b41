import type { SqlValue } from "./engine";

function toField(value: SqlValue): string {
  const text = value === null ? "" : String(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One line of CSV (RFC 4180) with its line feed; a missing value is an empty field. */
export function toCsvLine(values: readonly SqlValue[]): string {
  return `${values.map(toField).join(",")}\n`;
}
