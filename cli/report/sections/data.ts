import type { DataReport, Finding } from "../../../platform/data/findings";
import { showCount } from "../display";
import { html, type Html } from "../html";
import { badge, scrollingTable } from "../table";
import type { Section } from "./section";

function examples({ examples = [] }: Finding): Html | undefined {
  if (examples.length === 0) return undefined;
  const shown = examples.map(
    ({ row, value }) =>
      html`<li>row ${showCount(row)}: ${value === "" ? "(empty)" : html`<code>${value}</code>`}</li>`,
  );
  return html`<ul class="plain">
    ${shown}
  </ul>`;
}

/** What the checks found in the data. */
export function dataSection({ source, rows, columns, comparedWith, findings }: DataReport): Section {
  const summary = html`<p>
    <code>${source}</code>: ${showCount(rows)} rows, ${showCount(columns)} columns, distribution compared with
    ${comparedWith}. ${findings.length === 0 ? "Nothing was found." : undefined}
  </p>`;
  const table =
    findings.length === 0
      ? undefined
      : scrollingTable({
          label: "Findings in the data",
          columns: [
            { head: "severity" },
            { head: "check" },
            { head: "column" },
            { head: "what is wrong", kind: "prose" },
            { head: "rows", kind: "number" },
            { head: "for example", kind: "prose" },
          ],
          rows: findings.map((finding) => [
            badge(finding.severity === "error" ? "bad" : "warn", finding.severity),
            finding.check,
            finding.column,
            finding.message,
            finding.count === undefined ? undefined : showCount(finding.count),
            examples(finding),
          ]),
        });
  return { id: "data", title: "Data", content: html`${summary}${table}` };
}
