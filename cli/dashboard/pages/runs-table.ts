import type { MetricName } from "../../../platform/definition/metric-names";
import { showNumber, showTime } from "../../report/display";
import { html, type Html } from "../../report/html";
import { outcomeBadge } from "../../report/sections/header";
import { badge, scrollingTable } from "../../report/table";
import type { RunSummary } from "../../runs/run-summary";
import { describeParameters } from "../../terminal/describe-runs";
import { links } from "./links";

function decisionCell({ decision }: RunSummary): Html | string {
  if (decision === undefined) return "–";
  return html`${badge(decision.promote ? "good" : "calm", decision.promote ? "promote" : "keep")}
  ${decision.reason}`;
}

/** Runs with what they measured and what came of them; `choosable` has a box for each, to compare those that are ticked. */
export function runsTable(
  model: string,
  runs: readonly RunSummary[],
  { metric, choosable = false }: { metric: MetricName; choosable?: boolean },
): Html {
  return scrollingTable({
    label: "Runs, newest first",
    columns: [
      { head: "run" },
      ...(choosable ? [{ head: "compare" }] : []),
      { head: "started" },
      { head: "outcome" },
      { head: `${metric}, held-out rows`, kind: "number" },
      { head: "trainer", kind: "prose" },
      { head: "data" },
      { head: "gate" },
      { head: "version" },
    ],
    rows: runs.map((run) => [
      html`<a href="${links.run(model, run.id)}">${run.id}</a>`,
      ...(choosable
        ? [html`<input type="checkbox" name="run" value="${run.id}" aria-label="Compare ${run.id}" />`]
        : []),
      showTime(run.startedAt),
      outcomeBadge(run.outcome),
      showNumber(run.heldOut?.[metric]),
      describeParameters(run.parameters),
      run.data ? html`<code>${run.data.digest.slice(0, 12)}</code>` : "–",
      decisionCell(run),
      run.version ?? "–",
    ]),
  });
}
