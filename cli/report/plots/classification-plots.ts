import type { SeriesOption } from "echarts";
import type { Curves, Evaluation } from "../../../platform/metrics/evaluation";
import { showNumber, showShare } from "../display";
import { guideLine, type LegendEntry, type Plot, plotColours, plotOption, shareAxis } from "./plot";

type Model = "candidate" | "champion";
type Points = readonly (readonly [number, number])[];

/** A model's curves, named for the legend. */
interface ModelCurves {
  readonly model: Model;
  readonly label: string;
  readonly curves: Curves;
}

/** The curves of the candidate and, where there is one, of the champion; none of a regression. */
export function modelCurves({ curves, champion }: Pick<Evaluation, "curves" | "champion">): ModelCurves[] {
  if (!curves) return [];
  const candidate: ModelCurves = { model: "candidate", label: "candidate", curves: curves.candidate };
  if (!curves.champion) return [candidate];
  return [candidate, { model: "champion", label: champion?.model ?? "champion", curves: curves.champion }];
}

function line(model: Model, points: Points, symbolSize: number): SeriesOption {
  const color = plotColours[model];
  return {
    type: "line",
    data: points.map((point) => [...point]),
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
  /** Greatest value of both axes. */
  readonly max?: number;
  readonly curve: (curves: Curves) => Points | undefined;
}

function curvePlot(
  { title, description, x, y, guide, symbolSize = 0, max, curve }: CurvePlot,
  models: readonly ModelCurves[],
): Plot | undefined {
  const drawn = models.flatMap(({ model, label, curves }) => {
    const points = curve(curves);
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
      x: shareAxis(x, max),
      y: shareAxis(y, max),
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
  curve: ({ roc }) => roc,
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
  curve: ({ precisionRecall }) => precisionRecall,
});

/** The end of an axis for shares up to `greatest`: 1, or a round number not far above where all of them are small. */
export function shareLimit(greatest: number): number {
  if (!(greatest > 0) || greatest > 0.5) return 1;
  const power = 10 ** Math.floor(Math.log10(greatest));
  const step = [1, 2, 5, 10].find((each) => each * power >= greatest) ?? 10;
  // 5 * 0.001 is not 0.005 to the last bit.
  return Number((step * power).toPrecision(1));
}

/** `max` is where both axes end: rare classes have small probabilities, which would be a single dot on an axis up to 1. */
const calibrationPlot = (max: number): CurvePlot => ({
  title: "Calibration",
  description: `Share of positive rows over the predicted probability, both from 0 to ${max}, in up to ten groups of rows; on the diagonal the model is perfectly calibrated.`,
  x: "mean predicted probability",
  y: "share of positive rows",
  guide: [
    [0, 0],
    [max, max],
  ],
  symbolSize: 6,
  max,
  curve: ({ calibration }) => calibration,
});

/** Classes whose curves are drawn: the largest. */
const maxDrawn = 6;

/** The ROC curve of each of the largest of several classes against the rest, of both models. */
export function classPlots({ classes, champion }: Pick<Evaluation, "classes" | "champion">): readonly Plot[] {
  if (!classes) return [];
  const largest = classes.candidate.classes
    .map(({ name, rows, auc }, position) => ({ name, rows, auc, position }))
    .sort((a, b) => b.rows - a.rows || a.position - b.position)
    .slice(0, maxDrawn)
    .sort((a, b) => a.position - b.position);
  const empty = {
    calibration: [],
    confusion: { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 },
  };
  const curvesOf = (model: Model, label: string, position: number): ModelCurves[] => {
    const roc = classes[model]?.classes[position]?.roc;
    return roc ? [{ model, label, curves: { ...empty, roc } }] : [];
  };
  return largest.flatMap(({ name, auc, position }) => {
    const models = [
      ...curvesOf("candidate", "candidate", position),
      ...curvesOf("champion", champion?.model ?? "champion", position),
    ];
    return curvePlot({ ...rocPlot(auc), title: `ROC of ${name} against the rest` }, models) ?? [];
  });
}

/** ROC, precision-recall and calibration; a curve that needs both classes is left out where the rows have one. */
export function classificationPlots(
  evaluation: Pick<Evaluation, "curves" | "champion" | "candidate">,
): readonly Plot[] {
  const models = modelCurves(evaluation);
  if (models.length === 0) return [];
  const shares = models.flatMap(({ curves }) => curves.calibration.flat());
  return [
    rocPlot(evaluation.candidate.metrics.auc),
    precisionRecallPlot(positiveShare(models[0]?.curves)),
    calibrationPlot(shareLimit(Math.max(0, ...shares))),
  ]
    .map((plot) => curvePlot(plot, models))
    .filter((plot) => plot !== undefined);
}

function positiveShare(curves: Curves | undefined): number {
  if (!curves) return NaN;
  const { truePositives, falseNegatives, falsePositives, trueNegatives } = curves.confusion;
  const positives = truePositives + falseNegatives;
  return positives / (positives + falsePositives + trueNegatives);
}
