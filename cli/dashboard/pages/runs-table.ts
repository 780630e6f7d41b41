import { minuteMs } from "../../../platform/base/durations";
import type { MetricName } from "../../../platform/definition/metric-names";
import type { NodePrice } from "../../../platform/settings/node-price";
import { showDuration, showNumber } from "../../report/display";
import { html, type Html } from "../../report/html";
import { outcomeBadge } from "../../report/sections/header";
import { badge, scrollingTable } from "../../report/table";
import type { RunSummary } from "../../runs/run-summary";
import { showCost } from "../../runs/training-job";
import { describeParameters } from "../../terminal/describe-runs";
import { links } from "./links";
import { datedCell } from "./dated-cell";
import { shortDigest } from "../../../platform/base/files";

function decisionCell({ decision }: RunSummary): Html | string {
  if (decision === undefined) return "–";
  return html`${badge(decision.promote ? "good" : "calm", decision.promote ? "promote" : "keep")}
  ${decision.reason}`;
}

/** Runs with what they measured, what they took and what came of them; `choosable` has a box for each, to compare those that are ticked. */
export function runsTable(
  model: string,
  runs: readonly RunSummary[],
  { metric, choosable = false, price }: { metric: MetricName; choosable?: boolean; price?: NodePrice },
): Html {
  return scrollingTable({
    label: "Runs, newest first",
    columns: [
      { head: "run", kind: "name" },
      { head: "outcome, version" },
      { head: `${metric}, held-out rows`, kind: "number" },
      { head: "training took", kind: "number" },
      ...(price ? [{ head: "cost", kind: "number" } as const] : []),
      { head: "trainer", kind: "prose" },
      { head: "data" },
      { head: "gate", kind: "name" },
    ],
    rows: runs.map((run) => [
      datedCell(
        html`<a href="${links.run(model, run.id)}">${run.id}</a>`,
        run.startedAt,
        choosable
          ? html`<input type="checkbox" name="run" value="${run.id}" aria-label="Compare ${run.id}" />`
          : undefined,
      ),
      html`${outcomeBadge(run.outcome)} ${run.version}`,
      showNumber(run.heldOut?.[metric]),
      run.trainingMs === undefined ? "–" : showDuration(run.trainingMs),
      ...(price ? [run.trainingMs === undefined ? "–" : showCost(run.trainingMs / minuteMs, price)] : []),
      describeParameters(run.parameters),
      run.data ? html`<code>${shortDigest(run.data.digest)}</code>` : "–",
      decisionCell(run),
    ]),
  });
}
