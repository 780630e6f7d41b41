import path from "node:path";
import { checkData } from "../../platform/data/checks";
import type { ModelDefinition } from "../../platform/definition/definition";
import type { DataReport } from "../../platform/data/findings";
import { readReference } from "../../platform/model/model-directory";
import { formatTable } from "../terminal/format-table";
import type { RunData } from "../runs/run-data";
import type { Session } from "../session/session";
import { shownPath } from "../../platform/base/shown-path";

/** Checks data against the definition and the reference sample of the champion, which is what production serves. */
export async function checkLoadedData(
  session: Session,
  definition: ModelDefinition,
  data: RunData,
): Promise<DataReport> {
  const { stable } = await session.deployer.status("prod", definition.name);
  const champion = stable && {
    model: stable.model,
    profile: await readReference(path.join(stable.package, "model")),
  };
  return checkData(data.engine, definition, data.source, champion);
}

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
