import type { SeriesOption } from "echarts";
import { calibration, precisionRecallCurve, rocCurve } from "../../../platform/metrics/classification-curves";
import type { Evaluation, ScoredRows } from "../../../platform/metrics/evaluation";
import { showNumber, showShare } from "../display";
import { guideLine, type LegendEntry, type Plot, plotColours, plotOption, shareAxis, thinOut } from "./plot";

/** Most points of a curve; between more of them no difference can be seen. */
const maxPoints = 400;

type Model = "candidate" | "champion";
type Points = readonly (readonly [number, number])[];
type Curve = (rows: ScoredRows) => Points | undefined;

/** A model's line in a plot, named for the legend. */
interface ModelRows {
  readonly model: Model;
  readonly label: string;
  readonly rows: ScoredRows;
}

/** Rows of the sample with the predictions of the candidate and, where there is one, of the champion. */
export function modelRows({ sample, champion }: Pick<Evaluation, "sample" | "champion">): ModelRows[] {
  const rows = (predicted: readonly number[]): ScoredRows => ({
    actual: Float64Array.from(sample.actual),
    predicted: Float64Array.from(predicted),
  });
  const candidate: ModelRows = { model: "candidate", label: "candidate", rows: rows(sample.candidate) };
  if (!sample.champion) return [candidate];
  return [
    candidate,
    { model: "champion", label: champion?.model ?? "champion", rows: rows(sample.champion) },
  ];
}

function line(model: Model, points: Points, symbolSize: number): SeriesOption {
  const color = plotColours[model];
  return {
    type: "line",
    data: thinOut(points, maxPoints).map((point) => [...point]),
    ...(symbolSize > 0 ? { symbol: "circle", symbolSize } : { symbol: "none" }),
    itemStyle: { color },
    lineStyle: { color, width: 2, type: model === "candidate" ? "solid" : "dashed" },
  };
}

interface CurvePlot {
  readonly title: string;
  readonly description: string;
  readonly x: string;
  readonly y: string;
  readonly guide: Points;
  readonly symbolSize?: number;
  readonly curve: Curve;
}

function curvePlot(
  { title, description, x, y, guide, symbolSize = 0, curve }: CurvePlot,
  models: readonly ModelRows[],
): Plot | undefined {
  const drawn = models.flatMap(({ model, label, rows }) => {
    const points = curve(rows);
    return points && points.length > 0 ? [{ model, label, points }] : [];
  });
  if (drawn.length === 0) return undefined;
  const legend = drawn.map(({ model, label }): LegendEntry => ({
    label,
    colour: model,
    mark: model === "candidate" ? "line" : "dashed",
  }));
  return {
    title,
    description,
    width: 380,
    height: 330,
    legend,
    option: plotOption({
      x: shareAxis(x),
      y: shareAxis(y),
      // The candidate last, so that it is drawn over the champion.
      series: [
        guideLine(guide),
        ...drawn.reverse().map(({ model, points }) => line(model, points, symbolSize)),
      ],
    }),
  };
}

const diagonal: Points = [
  [0, 0],
  [1, 1],
];

const rocPlot = (area: number | undefined): CurvePlot => ({
  title: "ROC",
  description: `True against false positive rate as the threshold falls, a curve${area === undefined ? "" : ` of area ${showNumber(area)}`} for the candidate; the diagonal is chance.`,
  x: "false positive rate",
  y: "true positive rate",
  guide: diagonal,
  curve: (rows) =>
    rocCurve(rows)?.map(({ falsePositiveRate, truePositiveRate }) => [falsePositiveRate, truePositiveRate]),
});

/** `share` is that of the positive rows. */
const precisionRecallPlot = (share: number): CurvePlot => ({
  title: "Precision and recall",
  description: `Precision over recall as the threshold falls; ${showShare(share)} of the rows are positive, which is the precision of chance.`,
  x: "recall",
  y: "precision",
  guide: [
    [0, share],
    [1, share],
  ],
  curve: (rows) => precisionRecallCurve(rows)?.map(({ recall, precision }) => [recall, precision]),
});

const calibrationPlot: CurvePlot = {
  title: "Calibration",
  description:
    "Share of positive rows over the predicted probability, in up to ten groups of rows; on the diagonal a probability means what it says.",
  x: "mean predicted probability",
  y: "share of positive rows",
  guide: diagonal,
  symbolSize: 6,
  curve: (rows) => calibration(rows).map(({ predicted, observed }) => [predicted, observed]),
};

/** ROC, precision-recall and calibration; a curve that the rows do not allow (one class only) is left out. */
export function classificationPlots(
  evaluation: Pick<Evaluation, "sample" | "champion" | "candidate">,
): readonly Plot[] {
  const { actual } = evaluation.sample;
  const share = actual.filter((value) => value === 1).length / actual.length;
  const models = modelRows(evaluation);
  return [rocPlot(evaluation.candidate.metrics.auc), precisionRecallPlot(share), calibrationPlot]
    .map((plot) => curvePlot(plot, models))
    .filter((plot) => plot !== undefined);
}
