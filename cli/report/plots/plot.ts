import type {
  EChartsOption,
  LineSeriesOption,
  SeriesOption,
  XAXisComponentOption,
  YAXisComponentOption,
} from "echarts";
import { evenlySpaced } from "../../../platform/metrics/evenly-spaced";
import { showShare } from "../display";

/** What a colour in a plot stands for; its value is a custom property of the page, so that it follows light and dark. */
export const plotColours = {
  candidate: "var(--candidate)",
  champion: "var(--champion)",
  canary: "var(--candidate)",
  stable: "var(--champion)",
  current: "var(--candidate)",
  reference: "var(--reference)",
  guide: "var(--guide)",
  bad: "var(--bad)",
} as const;

type PlotColour = keyof typeof plotColours;

/** An entry of the legend; the mark repeats what tells the series apart without its colour. */
export interface LegendEntry {
  readonly label: string;
  readonly colour: PlotColour;
  readonly mark: "dot" | "ring" | "line" | "dashed" | "bar";
}

/** A plot as data: drawn by `drawPlot`, read aloud by its title and description. */
export interface Plot {
  readonly title: string;
  /** What is to be seen, in words, for those who do not see it. */
  readonly description: string;
  readonly width: number;
  readonly height: number;
  readonly legend: readonly LegendEntry[];
  readonly option: EChartsOption;
}

type MarkLineOption = NonNullable<LineSeriesOption["markLine"]>;

/** Look of the text at an axis. */
export const axisText = { color: "var(--muted)", fontSize: 13 };
const axisLine = { lineStyle: { color: "var(--line)" } };

interface Axes {
  readonly x: XAXisComponentOption;
  readonly y: YAXisComponentOption;
  readonly series: readonly SeriesOption[];
}

/** Look of a value axis with its name in the middle. */
export function valueAxis(name: string): XAXisComponentOption & YAXisComponentOption {
  return {
    type: "value",
    name,
    nameLocation: "middle",
    nameGap: 8,
    nameTextStyle: axisText,
    axisLabel: { ...axisText, hideOverlap: true },
    axisLine: { show: true, onZero: false, ...axisLine },
    axisTick: { show: false },
    splitLine: axisLine,
    splitNumber: 4,
  };
}

/** A value axis for a share or a rate, 0..1, or as far as it goes. */
export function shareAxis(name: string, max = 1): XAXisComponentOption & YAXisComponentOption {
  return { ...valueAxis(name), min: 0, max, interval: max / 5 };
}

/** A value axis for shares that do not fill 0..1, in percent. */
export function percentAxis(): XAXisComponentOption & YAXisComponentOption {
  const formatter = (share: number): string => showShare(share);
  return { ...valueAxis(""), axisLabel: { ...axisText, formatter } } as XAXisComponentOption &
    YAXisComponentOption;
}

/** Look of an axis of names, longest cut to `labelWidth` pixels. */
export function nameAxis(
  names: readonly string[],
  labelWidth: number,
): XAXisComponentOption & YAXisComponentOption {
  return {
    type: "category",
    data: [...names],
    axisLabel: { ...axisText, interval: 0, width: labelWidth, overflow: "truncate" },
    axisLine: { show: true, ...axisLine },
    axisTick: { show: false },
  };
}

/** The option of a plot with one pair of axes: no motion, no legend (the page has its own), no reaction to a pointer. */
export function plotOption({ x, y, series }: Axes): EChartsOption {
  return {
    animation: false,
    textStyle: { fontFamily: "system-ui, sans-serif" },
    grid: { left: 12, right: 14, top: 10, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "all" },
    xAxis: x,
    yAxis: y,
    series: series.map((one) => ({ silent: true, emphasis: { disabled: true }, ...one }) as SeriesOption),
  };
}

/** Lines across the whole plot at a value of its x axis. */
export function uprightLines(lines: readonly { at: number; colour: PlotColour }[]): MarkLineOption {
  return {
    silent: true,
    symbol: "none",
    label: { show: false },
    // The library's own default rounds positions to two digits.
    precision: 12,
    data: lines.map(({ at, colour }) => ({
      xAxis: at,
      lineStyle: { color: plotColours[colour], type: "dashed", width: 1.5 },
    })),
  };
}

/** A straight line that shows where values would be if all were well. */
export function guideLine(points: readonly (readonly [number, number])[]): SeriesOption {
  return {
    type: "line",
    data: points.map((point) => [...point]),
    symbol: "none",
    lineStyle: { color: plotColours.guide, width: 1.5, type: "dashed" },
  };
}

/** At most `limit` items, evenly spaced, the first and the last among them. */
export function thinOut<Item>(items: readonly Item[], limit: number): readonly Item[] {
  return evenlySpaced(items.length, limit).flatMap((position) => items.slice(position, position + 1));
}
