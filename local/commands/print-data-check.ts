import type { DataReport } from "../../platform/findings";
import { formatTable } from "../describe-status";
import { checkLoadedData } from "../data-check";
import { openRunData } from "../run-data";
import type { OpenCommand } from "./open-command";

/** All findings in one table, with the rows and values concerned. */
export function describeFindings({ findings, rows, columns, comparedWith, source }: DataReport): string {
  const summary = `${source}: ${rows} rows, ${columns} columns, compared with ${comparedWith}`;
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
  );
  return `${summary}:\n${table}`;
}

/** Checks the data and prints the findings; the exit code says whether there is an error among them. */
export async function printDataCheck({ session, loaded }: OpenCommand): Promise<void> {
  const data = await openRunData(loaded.definition, loaded.dataFile);
  try {
    const report = await checkLoadedData(session, loaded.definition, data);
    session.output.result(report, describeFindings(report));
    if (report.findings.some(({ severity }) => severity === "error")) process.exitCode = 1;
  } finally {
    await data.engine.close();
  }
}
