import type { DataReport } from "../../platform/data/findings";
import { formatTable } from "../terminal/format-table";
import { shownPath } from "../../platform/base/shown-path";

/** All findings in one table, with the rows and values concerned. */
export function describeFindings({ findings, rows, columns, comparedWith, source }: DataReport): string {
  const summary = `${shownPath(source)}: ${rows} rows, ${columns} columns, compared with ${comparedWith}`;
  if (findings.length === 0) return `${summary}: no findings.`;
  const table = formatTable(
    ["", "check", "column", "finding", "rows (value)"],
    findings.map(({ severity, check, column, message, examples = [], count }) => [
      severity,
      check,
      column ?? "",
      message,
      examples.map(({ row, value }) => `${row} (${value})`).join(", ") +
        ((count ?? 0) > examples.length && examples.length > 0 ? ", ..." : ""),
    ]),
    // The others are as wide as they have to be; these two hold sentences and lists.
    [null, null, null, 60, 32],
  );
  return `${summary}:\n${table}`;
}
