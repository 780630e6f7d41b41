import type { DrawPlot } from "../../report/draw-plot";
import { html, type Html } from "../../report/html";
import { outcomeBadge } from "../../report/sections/header";
import { scrollingTable } from "../../report/table";
import { describeParameters } from "../../terminal/describe-runs";
import type { ComparedRun, RunSummary } from "../../runs/run-summary";
import { parallelPlot } from "../plots/parallel-plot";
import type { Page } from "../web/page";
import { differencesOf, metricsOf, metricsTable } from "./differences-part";
import { links } from "./links";
import { datedCell } from "./dated-cell";
import { shortDigest } from "../../../platform/base/files";

/** Runs that are compared at once. */
export const maxCompared = 8;

function runsTable(runs: readonly RunSummary[]): Html {
  return scrollingTable({
    label: "The runs",
    columns: [
      { head: "run", kind: "name" },
      { head: "outcome" },
      { head: "trainer", kind: "prose" },
      { head: "data" },
      { head: "held out", kind: "prose" },
      { head: "version" },
    ],
    rows: runs.map((run) => [
      datedCell(run.id, run.startedAt),
      outcomeBadge(run.outcome),
      describeParameters(run.parameters),
      run.data ? html`<code>${shortDigest(run.data.digest)}</code>` : "–",
      run.split ?? "–",
      run.version ?? "–",
    ]),
  });
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
      ${plot && html`<div class="plots">${draw(plot)}</div>`}
      ${metricsTable(summaries, "Metrics on the held-out rows")}
      ${
        isPair
          ? html`<h2>What differs</h2>
              ${differencesOf([a, b])}`
          : undefined
      }`,
  };
}
