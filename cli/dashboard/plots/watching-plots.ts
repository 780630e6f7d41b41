import type { LineSeriesOption, SeriesOption } from "echarts";
import { showNumber, showTime } from "../../report/display";
import { guideLine, nameAxis, plotColours, plotOption, valueAxis, type Plot } from "../../report/plots/plot";
import type { WatchedWindow } from "../../watching/window-journal";

/** Windows that are drawn: the newest. */
const maxDrawn = 60;
/** Columns that are drawn: those that lie farthest off in the newest window. */
const maxColumns = 24;

/** Month and day of a window. */
const dayOf = ({ time }: WatchedWindow): string => time.slice(5, 10);

function timeAxis(windows: readonly WatchedWindow[]) {
  const days = windows.map(dayOf);
  const isDaily = new Set(days).size === days.length;
  const axis = nameAxis(
    isDaily ? days : windows.map(({ time }) => `${time.slice(8, 10)} ${time.slice(11, 16)}`),
    64,
  );
  // Names of many windows would lie over each other.
  return {
    ...axis,
    axisLabel: { ...axis.axisLabel, interval: Math.ceil(windows.length / 6) - 1 },
  } as typeof axis;
}

function line(data: readonly (number | "-")[], series: Partial<LineSeriesOption>): SeriesOption {
  return { type: "line", data: [...data], ...series };
}

const flat = (value: number, length: number): SeriesOption =>
  guideLine([
    [0, value],
    [length - 1, value],
  ]);

function psiPlot(column: string, windows: readonly WatchedWindow[], threshold: number): Plot {
  const found = windows.map((window) => window.columns.find((each) => each.column === column));
  const drifted = windows.filter((_, index) => found[index]?.drifted).map(dayOf);
  const max = Math.max(threshold * 1.25, ...found.map((each) => each?.psi ?? 0));
  return {
    title: `PSI of ${column}`,
    description: `${found.map((each, index) => `${windows[index]?.time.slice(0, 10)}: ${showNumber(each?.psi)}`).join("; ")}. Drifted: ${drifted.join(", ") || "never"}.`,
    width: 380,
    height: 190,
    legend: [
      { label: "drifted", colour: "bad", mark: "dot" },
      { label: "not drifted", colour: "current", mark: "ring" },
      { label: `threshold ${showNumber(threshold)}`, colour: "guide", mark: "dashed" },
    ],
    option: plotOption({
      x: timeAxis(windows),
      y: {
        ...valueAxis(""),
        min: 0,
        max,
        axisLabel: { ...valueAxis("").axisLabel, showMaxLabel: false },
      } as ReturnType<typeof valueAxis>,
      series: [
        line(
          found.map((each) => each?.psi ?? "-"),
          { lineStyle: { color: plotColours.current, width: 2 }, showSymbol: false },
        ),
        {
          type: "scatter",
          data: found.map((each) => ({
            value: each?.psi ?? "-",
            symbolSize: each?.drifted ? 10 : 7,
            itemStyle: each?.drifted
              ? { color: plotColours.bad, opacity: 1 }
              : { color: "var(--paper)", borderColor: plotColours.current, borderWidth: 2, opacity: 1 },
          })),
        },
        flat(threshold, windows.length),
      ],
    }),
  };
}

/** A plot for each column of how far it has moved by window, those that lie farthest off now first; nothing of fewer than two windows with rows enough. */
export function psiPlots(all: readonly WatchedWindow[], threshold: number): Plot[] {
  const windows = all.filter(({ judged }) => judged).slice(-maxDrawn);
  if (windows.length < 2) return [];
  const newest = windows.at(-1)?.columns ?? [];
  return newest
    .toSorted((a, b) => b.psi - a.psi)
    .slice(0, maxColumns)
    .map(({ column }) => psiPlot(column, windows, threshold));
}

/** The gate's metric by the truth of each window, with its interval, beside what was registered; nothing of fewer than two. */
export function performancePlot(all: readonly WatchedWindow[]): Plot | undefined {
  const windows = all.filter(({ performance }) => performance !== undefined).slice(-maxDrawn);
  const metric = windows.at(-1)?.performance?.metric;
  const of = windows.flatMap((window) =>
    window.performance?.metric === metric ? [{ window, performance: window.performance }] : [],
  );
  if (metric === undefined || of.length < 2) return undefined;
  const values = (pick: (performance: NonNullable<WatchedWindow["performance"]>) => number | undefined) =>
    of.map(({ performance }) => (performance && pick(performance)) ?? "-");
  const bound = { color: plotColours.current, width: 1.5, type: "dashed", opacity: 0.8 } as const;
  return {
    title: `${metric} by the truth of each window`,
    description: `${of
      .map(
        ({ window, performance }) =>
          `${showTime(window.time).slice(0, 10)}: ${showNumber(performance?.now)}${performance?.interval ? `, ${showNumber(performance.interval.low)} to ${showNumber(performance.interval.high)}` : ""}${performance?.fell ? ", fallen" : ""}`,
      )
      .join("; ")}. When registered: ${showNumber(of.at(-1)?.performance?.registered)}.`,
    width: 460,
    height: 260,
    legend: [
      { label: "now", colour: "current", mark: "line" },
      { label: "its interval", colour: "current", mark: "dashed" },
      { label: "fallen", colour: "bad", mark: "dot" },
      { label: "when registered", colour: "guide", mark: "dashed" },
    ],
    option: plotOption({
      x: timeAxis(of.map(({ window }) => window)),
      y: { ...valueAxis(metric), scale: true },
      series: [
        line(
          values(({ interval }) => interval?.low),
          { lineStyle: bound, showSymbol: false },
        ),
        line(
          values(({ interval }) => interval?.high),
          { lineStyle: bound, showSymbol: false },
        ),
        line(
          values(({ registered }) => registered),
          {
            lineStyle: { color: plotColours.guide, width: 1.5, type: "dashed" },
            showSymbol: false,
            step: "middle",
          },
        ),
        line(
          values(({ now }) => now),
          {
            lineStyle: { color: plotColours.current, width: 2 },
            itemStyle: { color: plotColours.current },
            symbolSize: 7,
          },
        ),
        {
          type: "scatter",
          data: values(({ now, fell }) => (fell ? now : undefined)),
          symbolSize: 12,
          itemStyle: { color: plotColours.bad, opacity: 1 },
        },
      ],
    }),
  };
}
