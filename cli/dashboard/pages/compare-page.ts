import {
  metrics as knownMetrics,
  metricNames,
  type MetricName,
} from "../../../platform/definition/metric-names";
import { showNumber } from "../../report/display";
import type { DrawPlot } from "../../report/draw-plot";
import { html, type Html } from "../../report/html";
import { outcomeBadge } from "../../report/sections/header";
import { scrollingTable } from "../../report/table";
import { compareRuns } from "../../runs/compare-runs";
import { describeParameters, showValue } from "../../terminal/describe-runs";
import type { ComparedRun, RunSummary } from "../../runs/run-summary";
import { parallelPlot } from "../plots/parallel-plot";
import type { Page } from "../web/page";
import { links } from "./links";
import { moment } from "./moment";
import { shortDigest } from "../../../platform/base/files";

/** Runs that are compared at once. */
export const maxCompared = 8;

/** Metrics that at least one of the runs has on its held-out rows. */
function metricsOf(runs: readonly RunSummary[]): MetricName[] {
  return metricNames.filter((name) => runs.some(({ heldOut }) => heldOut?.[name] !== undefined));
}

function metricsTable(runs: readonly RunSummary[]): Html {
  return scrollingTable({
    label: "Metrics on the held-out rows",
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

function runsTable(runs: readonly RunSummary[]): Html {
  return scrollingTable({
    label: "The runs",
    columns: [
      { head: "run" },
      { head: "started" },
      { head: "outcome" },
      { head: "trainer", kind: "prose" },
      { head: "data" },
      { head: "held out", kind: "prose" },
      { head: "version" },
    ],
    rows: runs.map((run) => [
      run.id,
      moment(run.startedAt),
      outcomeBadge(run.outcome),
      describeParameters(run.parameters),
      run.data ? html`<code>${shortDigest(run.data.digest)}</code>` : "–",
      run.split ?? "–",
      run.version ?? "–",
    ]),
  });
}

/** What two runs were made from differently. */
function differencesOf([a, b]: readonly [ComparedRun, ComparedRun]): Html {
  const { caution, parameters, data, definition = [] } = compareRuns(a, b);
  const rows = [
    ...parameters.map((found) => ["trainer", found] as const),
    ...data.map((found) => ["data", found] as const),
    ...definition.map((found) => ["definition", found] as const),
  ];
  return html`${caution === undefined ? undefined : html`<p>${caution}</p>`}
  ${
    rows.length === 0
      ? html`<p>Trainer, data and definition are the same.</p>`
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

/** Runs side by side. */
export function comparePage(model: string, runs: readonly ComparedRun[], draw: DrawPlot): Page {
  const summaries = runs.map(({ summary }) => summary);
  const plot = parallelPlot(summaries, metricsOf(summaries));
  const [a, b] = runs;
  const isPair = runs.length === 2 && a !== undefined && b !== undefined;
  const crumbs = [
    { title: model, href: links.model(model) },
    { title: "Runs", href: links.runs(model) },
  ];
  if (runs.length < 2) {
    const content = html`<p>Tick 2 to ${maxCompared} runs of the list, and compare them.</p>`;
    return { title: "Compare runs", crumbs, content };
  }
  return {
    title: "Compare runs",
    crumbs,
    content: html`${runsTable(summaries)}
      <h2>Metrics on the held-out rows</h2>
      ${plot && html`<div class="plots">${draw(plot)}</div>`} ${metricsTable(summaries)}
      ${
        isPair
          ? html`<h2>What differs</h2>
              ${differencesOf([a, b])}`
          : undefined
      }`,
  };
}
