import {
  metrics as knownMetrics,
  metricNames,
  type MetricName,
} from "../../../platform/definition/metric-names";
import { showNumber } from "../../report/display";
import { html, withNames, type Html } from "../../report/html";
import { scrollingTable } from "../../report/table";
import { compareRuns, isOtherUnkept } from "../../runs/compare-runs";
import type { ComparedRun, RunSummary } from "../../runs/run-summary";
import { showValue } from "../../terminal/describe-runs";

type MeasuredRun = Pick<RunSummary, "id" | "version" | "heldOut">;

/** Metrics that at least one of the runs has on its held-out rows. */
export function metricsOf(runs: readonly MeasuredRun[]): MetricName[] {
  return metricNames.filter((name) => runs.some(({ heldOut }) => heldOut?.[name] !== undefined));
}

/** Metrics of runs or versions side by side; `label` tells the table from the others of its page. */
export function metricsTable(runs: readonly MeasuredRun[], label: string): Html {
  return scrollingTable({
    label,
    columns: [
      { head: "metric" },
      { head: "better" },
      ...runs.map(({ id, version }) => ({ head: version ?? id, kind: "number" as const })),
    ],
    rows: metricsOf(runs).map((name) => [
      name,
      knownMetrics[name].better,
      ...runs.map(({ heldOut }) => showNumber(heldOut?.[name])),
    ]),
  });
}

/** What two runs were made from differently. */
export function differencesOf([a, b]: readonly [ComparedRun, ComparedRun]): Html {
  const comparison = compareRuns(a, b);
  const { caution, parameters, data, definition = [] } = comparison;
  const isOther = isOtherUnkept(comparison);
  const rows = [
    ...parameters.map((found) => ["trainer", found] as const),
    ...data.map((found) => ["data", found] as const),
    ...definition.map((found) => ["definition", found] as const),
  ];
  return html`${caution === undefined ? undefined : html`<p>${withNames(caution)}</p>`}
  ${isOther ? html`<p>The definitions are not the same; they are not kept for both, so what differs cannot be said.</p>` : undefined}
  ${
    rows.length === 0
      ? html`<p>
          ${isOther ? "Trainer and data are the same." : "Trainer, data and definition are the same."}
        </p>`
      : scrollingTable({
          label: "What differs",
          columns: [
            { head: "where" },
            { head: "what" },
            { head: a.summary.version ?? a.summary.id, kind: "prose" },
            { head: b.summary.version ?? b.summary.id, kind: "prose" },
          ],
          rows: rows.map(([where, { path, a: ofA, b: ofB }]) => [
            where,
            path,
            showValue(ofA),
            showValue(ofB),
          ]),
        })
  }`;
}
