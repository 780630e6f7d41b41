import { targetOf, type ModelDefinition } from "../../../platform/definition/definition";
import type { Evaluation } from "../../../platform/metrics/evaluation";
import { metrics, metricNamesOf } from "../../../platform/definition/metric-names";
import { showCount, showNumber, showShare } from "../display";
import type { DrawPlot } from "../draw-plot";
import { html, type Html } from "../html";
import { classificationPlots, classPlots } from "../plots/classification-plots";
import { regressionPlots } from "../plots/regression-plots";
import { scrollingTable } from "../table";
import { classTables } from "./classes";
import { confusionTables } from "./confusion";
import type { Section } from "./section";

function metricTable({ candidate, champion, task, classes }: Evaluation): Html {
  const measured = metricNamesOf(task, classes?.candidate.classes.length);
  return scrollingTable({
    label: "Metrics on the held-out rows",
    columns: [
      { head: "metric" },
      { head: "candidate", kind: "number" },
      ...(champion ? [{ head: champion.model, kind: "number" as const }] : []),
      { head: "better" },
      { head: "what it is", kind: "prose" },
    ],
    rows: measured.map((name) => [
      name,
      showNumber(candidate.metrics[name]),
      ...(champion ? [showNumber(champion.metrics[name])] : []),
      metrics[name].better,
      metrics[name].description,
    ]),
  });
}

/** How many targets lie within the intervals that were to hold a share of them. */
function intervalFacts({ candidate, champion }: Evaluation, unit: string | undefined): Html | undefined {
  const models = [
    { name: "the candidate", intervals: candidate.intervals },
    { name: champion?.model, intervals: champion?.intervals },
  ];
  const facts = models.flatMap(({ name, intervals }) => {
    if (intervals === undefined) return [];
    const { coverage, covered } = intervals;
    const around =
      "margin" in intervals
        ? `prediction ± ${showNumber(intervals.margin)}${unit === undefined ? "" : ` ${unit}`}`
        : `prediction divided and multiplied by ${showNumber(intervals.factor)}`;
    return [
      html`<p>
        Intervals of ${name} (${around}) are to hold ${showShare(coverage)} of the targets, and hold
        ${showShare(covered)}.
      </p>`,
    ];
  });
  return facts.length > 0 ? html`${facts}` : undefined;
}

/** What was measured on the held-out rows, in numbers and plots. */
export function evaluationSection(
  evaluation: Evaluation,
  definition: ModelDefinition,
  draw: DrawPlot,
): Section {
  const { rows, sample, curves, classes, task } = evaluation;
  const target = targetOf(definition);
  const measured = target.unit === undefined ? target.name : `${target.name} [${target.unit}]`;
  const plotted =
    sample && sample.actual.length < rows
      ? ` The plots show ${showCount(sample.actual.length)} of them, evenly spaced.`
      : "";
  const plots =
    task === "classification"
      ? [...classificationPlots(evaluation), ...classPlots(evaluation)]
      : sample && sample.actual.length > 0
        ? regressionPlots({ ...evaluation, sample }, measured)
        : [];
  return {
    id: "evaluation",
    title: "Evaluation",
    content: html`<p>On ${showCount(rows)} held-out rows.${plotted}</p>
      ${metricTable(evaluation)} ${intervalFacts(evaluation, target.unit)}
      ${
        plots.length > 0
          ? html`<div class="plots">${plots.map(draw)}</div>
              ${curves && confusionTables(evaluation, definition)}`
          : undefined
      }
      ${classes && classTables(evaluation, definition)}`,
  };
}
