import { describeParameters } from "../../terminal/describe-runs";
import { showNumber, showTime } from "../display";
import { commandLine, html } from "../html";
import type { ReportInput } from "../report-input";
import { badge, scrollingTable } from "../table";
import type { Section } from "./section";
import { shortDigest } from "../../../platform/base/files";

/** The runs before this one, with a link to the report of each that has one beside this one. */
export function formerRunsSection({ formerRuns = [], definition }: ReportInput): Section | undefined {
  if (formerRuns.length === 0) return undefined;
  const { metric } = definition.gate;
  const rows = formerRuns.map(({ run, report }) => [
    report === undefined ? html`<code>${run.id}</code>` : html`<a href="${report}">${run.id}</a>`,
    showTime(run.startedAt),
    run.outcome,
    showNumber(run.heldOut?.[metric]),
    describeParameters(run.parameters),
    run.data ? html`<code>${shortDigest(run.data.digest)}</code>` : "–",
    run.decision === undefined
      ? "–"
      : html`${badge(run.decision.promote ? "good" : "calm", run.decision.promote ? "promote" : "keep")}
        ${run.decision.reason}`,
    run.version ?? "–",
  ]);
  const table = scrollingTable({
    label: "Runs before this one",
    columns: [
      { head: "run" },
      { head: "started" },
      { head: "state" },
      { head: `${metric}, held-out rows`, kind: "number" },
      { head: "trainer", kind: "prose" },
      { head: "data" },
      { head: "decision" },
      { head: "version" },
    ],
    rows,
  });
  const note = html`<p class="muted">
    Newest first. Metrics compare where the data is the same; ${commandLine("runs compare")} says what differs
    between two runs.
  </p>`;
  return { id: "former-runs", title: "Runs before", content: html`${table}${note}` };
}
