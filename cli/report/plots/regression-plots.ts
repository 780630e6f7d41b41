import type { SeriesOption } from "echarts";
import type { Evaluation } from "../../../platform/metrics/evaluation";
import { quantile } from "../../../platform/base/quantile";
import { showNumber } from "../display";
import { guideLine, type LegendEntry, type Plot, plotColours, plotOption, thinOut, valueAxis } from "./plot";

/** Most points a model has in one plot; more of them hide each other and swell the page. */
const maxPoints = 500;

type Sample = NonNullable<Evaluation["sample"]>;
type Points = readonly (readonly [number, number])[];
type Model = "candidate" | "champion";

interface Drawn {
  readonly title: string;
  readonly description: string;
  readonly x: string;
  readonly y: string;
  readonly guide: Points;
}

function scatter(model: Model, points: Points): SeriesOption {
  const colour = plotColours[model];
  const itemStyle =
    model === "candidate"
      ? { color: colour, opacity: 0.65 }
      : { color: "none", borderColor: colour, borderWidth: 1.2, opacity: 0.8 };
  return {
    type: "scatter",
    symbolSize: model === "candidate" ? 6 : 8,
    data: thinOut(points, maxPoints).map((point) => [...point]),
    itemStyle,
  };
}

const legendOf = (champion: string | undefined): LegendEntry[] => [
  { label: "candidate", colour: "candidate", mark: "dot" },
  ...(champion === undefined
    ? []
    : [{ label: champion, colour: "champion", mark: "ring" } as const satisfies LegendEntry]),
];

function scatterPlot(
  { title, description, x, y, guide }: Drawn,
  points: { candidate: Points; champion?: Points },
  champion: string | undefined,
): Plot {
  const { candidate, champion: championPoints } = points;
  return {
    title,
    description,
    width: 380,
    height: 310,
    legend: legendOf(championPoints && champion),
    option: plotOption({
      x: { ...valueAxis(x), scale: true },
      y: { ...valueAxis(y), scale: true },
      series: [
        guideLine(guide),
        ...(championPoints ? [scatter("champion", championPoints)] : []),
        scatter("candidate", candidate),
      ],
    }),
  };
}

const pairs = (first: readonly number[], second: readonly number[]): Points =>
  first.map((value, index) => [value, second[index] ?? Number.NaN] as const);

/** Least and greatest of the values; [0, 0] of none. */
function extent(values: readonly number[]): readonly [number, number] {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return min <= max ? [min, max] : [0, 0];
}

const residuals = ({ actual }: Sample, predicted: readonly number[]): number[] =>
  actual.map((value, index) => value - (predicted[index] ?? Number.NaN));

/** Number of bins by the rule of Freedman and Diaconis, 5 to 30. */
function binCount(values: readonly number[], [min, max]: readonly [number, number]): number {
  const sorted = Float64Array.from(values).sort();
  const width = (2 * (quantile(sorted, 0.75) - quantile(sorted, 0.25))) / Math.cbrt(sorted.length);
  return width > 0 ? Math.min(30, Math.max(5, Math.ceil((max - min) / width))) : 10;
}

/** Corners of a histogram's outline: [left edge, rows] per bin, and the right end of the last. */
function outline(values: readonly number[], edges: readonly number[]): Points {
  const [min = 0] = edges;
  const width = (edges.at(-1) ?? 0) - min;
  const bins = edges.length - 1;
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    const bin = Math.min(bins - 1, Math.floor(((value - min) / width) * bins));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return edges.map((edge, index) => [edge, counts[Math.min(index, bins - 1)] ?? 0] as const);
}

function histogram(model: Model, points: Points): SeriesOption {
  const candidate = model === "candidate";
  return {
    type: "line",
    step: "end",
    symbol: "none",
    data: points.map((point) => [...point]),
    lineStyle: { color: plotColours[model], width: 2, type: candidate ? "solid" : "dashed" },
    ...(candidate && { areaStyle: { color: plotColours.candidate, opacity: 0.2 } }),
  };
}

function residualHistogram(sample: Sample, target: string, champion: string | undefined): Plot {
  const candidate = residuals(sample, sample.candidate);
  const defended = sample.champion && residuals(sample, sample.champion);
  const [min, max] = extent([...candidate, ...(defended ?? [])]);
  const half = min === max ? 0.5 : 0;
  const range = [min - half, max + half] as const;
  const bins = binCount(candidate, range);
  const edges = Array.from({ length: bins + 1 }, (_, bin) => range[0] + (bin / bins) * (range[1] - range[0]));
  const outlined: LegendEntry[] = [{ label: "candidate", colour: "candidate", mark: "line" }];
  if (defended && champion !== undefined) {
    outlined.push({ label: champion, colour: "champion", mark: "dashed" });
  }
  return {
    title: "How residuals are spread",
    description: `Histogram of the candidate's residuals, from ${showNumber(min)} to ${showNumber(max)}; without bias it is centred on 0.`,
    width: 380,
    height: 310,
    legend: outlined,
    option: plotOption({
      x: { ...valueAxis(`residual: ${target} - prediction`), min: range[0], max: range[1] },
      y: valueAxis("rows"),
      series: [
        histogram("candidate", outline(candidate, edges)),
        ...(defended ? [histogram("champion", outline(defended, edges))] : []),
      ],
    }),
  };
}

/** Predicted against actual, residuals against predicted, and the histogram of residuals. */
export function regressionPlots(
  { sample, champion }: { readonly sample: Sample } & Pick<Evaluation, "champion">,
  target: string,
): readonly Plot[] {
  const name = champion?.model;
  const both = (of: (predicted: readonly number[]) => Points): { candidate: Points; champion?: Points } => ({
    candidate: of(sample.candidate),
    ...(sample.champion && { champion: of(sample.champion) }),
  });
  const [min, max] = extent(sample.actual);
  const [lowest, highest] = extent(sample.candidate);
  const [leftmost, rightmost] = extent([...sample.candidate, ...(sample.champion ?? [])]);
  const rows = `${Math.min(sample.actual.length, maxPoints)} held-out rows`;
  return [
    scatterPlot(
      {
        title: "Predicted against actual",
        description: `${rows}: actual values go from ${showNumber(min)} to ${showNumber(max)}, the candidate's predictions from ${showNumber(lowest)} to ${showNumber(highest)}. The closer to the diagonal, the better.`,
        x: `actual ${target}`,
        y: "predicted",
        guide: [
          [min, min],
          [max, max],
        ],
      },
      both((predicted) => pairs(sample.actual, predicted)),
      name,
    ),
    scatterPlot(
      {
        title: "Residuals against predicted",
        description: `${rows}: actual less predicted, over the prediction. A trend or a funnel shows what the model misses.`,
        x: "predicted",
        y: "residual",
        guide: [
          [leftmost, 0],
          [rightmost, 0],
        ],
      },
      both((predicted) => pairs(predicted, residuals(sample, predicted))),
      name,
    ),
    residualHistogram(sample, target, name),
  ];
}
