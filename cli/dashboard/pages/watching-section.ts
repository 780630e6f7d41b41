import { showCount, showNumber } from "../../report/display";
import type { DrawPlot } from "../../report/draw-plot";
import { html, type Html } from "../../report/html";
import type { Section } from "../../report/sections/section";
import { badge, scrollingTable } from "../../report/table";
import type { WatchedWindow } from "../../watching/window-journal";
import type { Board } from "../board/board";
import { performancePlot, psiPlots } from "../plots/watching-plots";
import { moment } from "./moment";

/** Windows in the table: the newest. */
const shown = 20;

/** Which columns have drifted in a window. */
export function driftCell({ judged, columns }: WatchedWindow): Html {
  if (!judged) return badge("calm", "not judged");
  const drifted = columns.filter((column) => column.drifted);
  if (drifted.length === 0) return badge("good", "none");
  return html`${badge("warn", String(drifted.length))} ${drifted.map(({ column }) => column).join(", ")}`;
}

/** The metric by the truth of a window, its interval, and what was registered. */
export function performanceCells({ performance }: WatchedWindow): (Html | string)[] {
  if (performance === undefined) return ["–", "–", "–"];
  const { now, interval, registered, fell } = performance;
  return [
    fell ? html`${badge("bad", "fallen")} ${showNumber(now)}` : showNumber(now),
    interval ? `${showNumber(interval.low)} to ${showNumber(interval.high)}` : "–",
    showNumber(registered),
  ];
}

/** Drift and performance over time, as `mlops monitor` has measured them; nothing before it has. */
export function watchingSection({ windows, definition }: Board, draw: DrawPlot): Section | undefined {
  if (windows.length === 0) return undefined;
  const { metric } = definition.gate;
  const performance = performancePlot(windows);
  const plots = [...(performance ? [performance] : []), ...psiPlots(windows, definition.drift.psi)];
  const table = scrollingTable({
    label: "What was measured by watching, newest first",
    columns: [
      { head: "measured" },
      { head: "version" },
      { head: "rows", kind: "number" },
      { head: "drifted columns", kind: "prose" },
      { head: `${metric} by the truth`, kind: "number" },
      { head: "interval", kind: "number" },
      { head: "when registered", kind: "number" },
    ],
    rows: windows
      .slice(-shown)
      .toReversed()
      .map((window) => [
        moment(window.time),
        window.model,
        showCount(window.rows),
        driftCell(window),
        ...performanceCells(window),
      ]),
  });
  const few =
    plots.length === 0
      ? html`<p class="muted">Plots come with the second measurement of rows enough.</p>`
      : undefined;
  return {
    id: "watching",
    title: "Drift and performance over time",
    content: html`${plots.length > 0 ? html`<div class="plots">${plots.map(draw)}</div>` : few} ${table}`,
  };
}
