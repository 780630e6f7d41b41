import type { ModelDefinition } from "../../../platform/definition/definition";
import { counted } from "../../../platform/base/wording";
import type { ColumnDrift, DriftReport } from "../../../platform/drift/drift";
import { showNumber, showPValue, showShare } from "../display";
import type { DrawPlot } from "../draw-plot";
import { describeBeside, foreignValues } from "../../terminal/describe-drift";
import { html, type Html } from "../html";
import { psiPlot, sharesPlot } from "../plots/drift-plots";
import { shareLegend, smallShares } from "../plots/small-shares";
import { badge, scrollingTable } from "../table";
import type { Section } from "./section";

/** Most columns whose shares are drawn large: the drifted ones, then those with the greatest index. The others are small, and folded away. */
const maxDrawn = 12;

function verdict(drift: DriftReport): Html {
  if (!drift.judged) return badge("calm", "not judged");
  return drift.drifted ? badge("bad", "drift") : badge("good", "no drift");
}

function driftTable({ columns, judged }: DriftReport): Html {
  const sign = ({ drifted }: ColumnDrift): Html | undefined => {
    if (!judged) return undefined;
    return drifted ? badge("bad", "drifted") : badge("good", "no drift");
  };
  return scrollingTable({
    label: "Drift per column",
    columns: [
      { head: "column" },
      { head: "PSI", kind: "number" },
      { head: "Jensen-Shannon", kind: "number" },
      { head: "Kolmogorov-Smirnov", kind: "number" },
      { head: "p-value", kind: "number" },
      { head: "adjusted", kind: "number" },
      { head: "missing, reference", kind: "number" },
      { head: "missing, now", kind: "number" },
      { head: "outside or new" },
      { head: "verdict" },
    ],
    rows: columns.map((column) => [
      column.column,
      showNumber(column.psi),
      showNumber(column.details?.jensenShannon),
      showNumber(column.details?.kolmogorovSmirnov?.statistic),
      showPValue(column.pValue),
      showPValue(column.adjustedPValue),
      showShare(column.missing.reference),
      showShare(column.missing.current),
      foreignValues(column, showShare),
      sign(column),
    ]),
  });
}

/** How the rows that were scored differ from those the model was trained on. */
export function driftSection(drift: DriftReport, definition: ModelDefinition, draw: DrawPlot): Section {
  const { columns, explanation } = drift;
  const judged = html`<p>${verdict(drift)} ${[explanation, ...describeBeside(drift.beside)].join(" ")}</p>`;
  // Measures of no rows are of nothing, and look like great ones.
  if (drift.rows === 0) return { id: "drift", title: "Drift", content: judged };
  const psi = psiPlot(columns, definition.drift.psi);
  const order = (column: ColumnDrift): number => (column.drifted ? 1e6 : 0) + column.psi;
  const all = columns.filter((column) => column.bins.length > 0).sort((a, b) => order(b) - order(a));
  const [drawn, others] = [all.slice(0, maxDrawn), all.slice(maxDrawn)];
  const units = new Map(definition.columns.map(({ name, unit }) => [name, unit]));
  const left = columns.length > drawn.length ? ` (${drawn.length} of ${columns.length} columns)` : "";
  return {
    id: "drift",
    title: "Drift",
    content: html`${judged}
      <p class="muted">
        A column has drifted when its population stability index (PSI) is above
        ${showNumber(definition.drift.psi)} and the difference is significant
        (${showNumber(definition.drift.significance)}, by a chi-square test that is adjusted for the number of
        columns). The other measures describe; they do not judge.
      </p>
      ${driftTable(drift)} ${psi && html`<div class="plots">${draw(psi)}</div>`}
      ${
        drawn.length > 0
          ? html`<h3>Reference and now${left}</h3>
              <div class="plots">
                ${drawn.map((column) => draw(sharesPlot(column, units.get(column.column))))}
              </div>
              ${
                others.length > 0
                  ? html`<details>
                      <summary>The other ${counted(others.length, "column")}</summary>
                      ${shareLegend}
                      <div class="plots small">${others.map(smallShares)}</div>
                    </details>`
                  : undefined
              }`
          : undefined
      }`,
  };
}
