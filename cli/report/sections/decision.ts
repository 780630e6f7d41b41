import type { PromotionDecision } from "../../../platform/metrics/evaluation";
import type { DrawPlot } from "../draw-plot";
import { showCount, showDifference, showNumber, showShare } from "../display";
import { html, type Html } from "../html";
import { intervalPlot } from "../plots/interval-plot";
import { badge, scrollingTable } from "../table";
import type { RunRecord } from "../../runs/runs";
import { gateVerdict, isOverruled, metricInWords } from "./header";
import { factList, type Section } from "./section";

const check = (holds: boolean): Html => (holds ? badge("good", "holds") : badge("bad", "does not hold"));

function figures(decision: PromotionDecision): [string, string][] {
  const { metric, candidate, champion, improvement, interval, minImprovement, rows } = decision;
  const { leftOut, earlierDecisions } = decision;
  const figures: [string, string][] = [[`${metric} of the candidate`, showNumber(candidate)]];
  if (champion) figures.push([`${metric} of ${champion.model}`, showNumber(champion.value)]);
  if (improvement !== undefined) figures.push(["improvement", showDifference(improvement)]);
  if (interval) {
    const { level, low, high } = interval;
    figures.push([`${showShare(level)} interval`, `${showNumber(low)} to ${showNumber(high)}`]);
  }
  figures.push(["minimum improvement", showNumber(minImprovement)], ["held-out rows", showCount(rows)]);
  if (leftOut !== undefined)
    figures.push(["left out, as the champion was trained on them", showCount(leftOut)]);
  if (earlierDecisions !== undefined) {
    figures.push(["earlier decisions on these rows", showCount(earlierDecisions)]);
  }
  return figures;
}

function floors({ floors }: PromotionDecision): Html | undefined {
  if (floors.length === 0) return undefined;
  return html`<h3>Floors</h3>
    ${scrollingTable({
      label: "Floors the candidate must reach",
      columns: [
        { head: "metric" },
        { head: "bound", kind: "number" },
        { head: "candidate", kind: "number" },
        { head: "verdict" },
      ],
      rows: floors.map(({ metric, bound, value, holds }) => [
        metric,
        showNumber(bound),
        showNumber(value),
        check(holds),
      ]),
    })}`;
}

function slices({ slices, metric }: PromotionDecision): Html | undefined {
  if (slices.length === 0) return undefined;
  return html`<h3>Slices</h3>
    ${scrollingTable({
      label: "Groups of rows on which the candidate may not be much worse",
      columns: [
        { head: "slice" },
        { head: "rows", kind: "number" },
        { head: `${metric} of the candidate`, kind: "number" },
        { head: "of the champion", kind: "number" },
        { head: "worse by", kind: "number" },
        { head: "verdict" },
      ],
      rows: slices.map(({ column, value, rows, candidate, champion, worseBy, judged, holds }) => [
        `${column} ${value}`,
        showCount(rows),
        showNumber(candidate),
        showNumber(champion),
        worseBy === undefined ? "–" : showDifference(worseBy),
        judged ? check(holds) : badge("calm", "not judged"),
      ]),
    })}`;
}

function breaking({ breaking = [], champion }: PromotionDecision): Html | undefined {
  if (breaking.length === 0) return undefined;
  return html`<h3>Refused requests</h3>
    ${scrollingTable({
      label: `Changes that refuse requests which ${champion?.model ?? "the champion"} answers`,
      columns: [{ head: "column" }, { head: "change" }, { head: "accepted" }],
      rows: breaking.map(({ column, change, acceptedBy }) => [
        column,
        change,
        acceptedBy === undefined ? badge("bad", "no") : `by ${acceptedBy}`,
      ]),
    })}`;
}

/** What the gate decided, and why. */
export function decisionSection(decision: PromotionDecision, run: RunRecord, draw: DrawPlot): Section {
  const plot = intervalPlot(decision);
  const { tone, word } = gateVerdict(decision);
  const overruled = isOverruled(run, decision) ? badge("warn", "overruled by a setting") : undefined;
  return {
    id: "decision",
    title: "Gate",
    content: html`<p>${badge(tone, word)} <code>${decision.reason}</code> ${overruled}</p>
      <p>${decision.explanation}</p>
      ${factList(figures(decision))}
      <p class="muted">${metricInWords(decision.metric)}.</p>
      ${plot && html`<div class="plots">${draw(plot)}</div>`} ${breaking(decision)} ${floors(decision)}
      ${slices(decision)}`,
  };
}
