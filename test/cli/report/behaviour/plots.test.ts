import { html, Html } from "../../../../cli/report/html";
import { latencyPlot } from "../../../../cli/report/plots/canary-plots";
import { classificationPlots, shareLimit } from "../../../../cli/report/plots/classification-plots";
import { psiPlot, sharesPlot } from "../../../../cli/report/plots/drift-plots";
import { intervalPlot } from "../../../../cli/report/plots/interval-plot";
import { type Plot, thinOut } from "../../../../cli/report/plots/plot";
import { regressionPlots } from "../../../../cli/report/plots/regression-plots";
import { measureCurves } from "../../../../platform/metrics/measure-curves";
import { scored } from "../../../platform/metrics/scored-rows";
import { stages, whole } from "../report-fixture";

const { decision } = whole;
if (!decision) throw new Error("The fixture has lost its decision.");
/** The data of each series of a plot. */
const seriesOf = (plot: Plot | undefined): unknown[][] =>
  (plot?.option.series as { data: unknown[] }[]).map(({ data }) => data);
const xAxisOf = (plot: Plot | undefined): { min?: number; max?: number; data?: string[] } =>
  plot?.option.xAxis as { min?: number; max?: number; data?: string[] };
const labelsOf = (plot: Plot): string[] => plot.legend.map(({ label }) => label);

test.each([
  [3, 5, [0, 1, 2]],
  [5, 3, [0, 2, 4]],
  [1000, 2, [0, 999]],
  [0, 3, []],
])("%p items are thinned to %p, ends kept", (count, limit, kept) => {
  expect(
    thinOut(
      Array.from({ length: count }, (_, index) => index),
      limit,
    ),
  ).toEqual(kept);
});

describe("regression", () => {
  const sample = { actual: [0, 10, 20, 30], candidate: [1, 9, 22, 30], champion: [5, 5, 5, 5] };
  const plots = regressionPlots({ sample, champion: { model: "m:1", metrics: {} } }, "y");

  test("points are actual and predicted, then predicted and residual; the candidate is drawn last", () => {
    const [against, residual] = plots;
    expect(seriesOf(against).at(-1)).toEqual([
      [0, 1],
      [10, 9],
      [20, 22],
      [30, 30],
    ]);
    expect(seriesOf(against)[1]).toEqual([
      [0, 5],
      [10, 5],
      [20, 5],
      [30, 5],
    ]);
    expect(seriesOf(residual).at(-1)).toEqual([
      [1, -1],
      [9, 1],
      [22, -2],
      [30, 0],
    ]);
  });

  test("the histogram counts every row once, the least and the greatest too", () => {
    const actual = Array.from({ length: 1001 }, (_, index) => index);
    const [, , histogram] = regressionPlots({ sample: { actual, candidate: actual.map(() => 0) } }, "y");
    const [outline] = seriesOf(histogram) as [[number, number][]];
    const counts = outline.slice(0, -1).map(([, rows]) => rows);
    expect(counts.reduce((sum, rows) => sum + rows, 0)).toBe(1001);
    expect(outline[0]?.[0]).toBe(0);
    expect(outline.at(-1)?.[0]).toBe(1000);
    // Freedman and Diaconis: width 2 * 500 / cbrt(1001), so 10.003 and then 11 bins.
    expect(counts).toHaveLength(11);
  });

  test("residuals that are all the same have one bin around them", () => {
    const [, , histogram] = regressionPlots({ sample: { actual: [1, 2], candidate: [1, 2] } }, "y");
    const [outline] = seriesOf(histogram) as [[number, number][]];
    expect(outline[0]?.[0]).toBe(-0.5);
    expect(outline.at(-1)?.[0]).toBe(0.5);
    expect(outline.slice(0, -1).reduce((sum, [, rows]) => sum + rows, 0)).toBe(2);
  });

  test.each([
    [true, ["candidate", "m:1"]],
    [false, ["candidate"]],
  ])("with a champion (%p) the legend names %p", (championed, labels) => {
    const { champion, ...alone } = sample;
    const evaluation = championed
      ? { sample: { ...alone, champion }, champion: { model: "m:1", metrics: {} } }
      : { sample: alone };
    for (const plot of regressionPlots(evaluation, "y")) expect(labelsOf(plot)).toEqual(labels);
  });
});

describe("classification", () => {
  const curves = { candidate: measureCurves(scored([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])) };

  test("the ROC curve passes through its known points", () => {
    const [roc] = classificationPlots({ curves, candidate: { metrics: { auc: 0.75 } } });
    // scikit-learn's own example of roc_curve.
    expect(seriesOf(roc)[1]).toEqual([
      [0, 0],
      [0, 0.5],
      [0.5, 0.5],
      [0.5, 1],
      [1, 1],
    ]);
    expect(roc?.description).toContain("of area 0.75");
    expect(xAxisOf(roc)).toMatchObject({ min: 0, max: 1 });
  });

  test("the calibration of a rare class fills its plot", () => {
    const probabilities = Array.from({ length: 1000 }, (_, row) => row / 1_000_000);
    const actual = probabilities.map((_, row) => (row % 250 === 249 ? 1 : 0));
    const plots = classificationPlots({
      curves: { candidate: measureCurves(scored(actual, probabilities)) },
      candidate: { metrics: {} },
    });
    const calibration = plots.at(-1);
    expect(calibration?.title).toBe("Calibration");
    // 1 of 100 rows in each of four groups is positive.
    expect(xAxisOf(calibration)).toMatchObject({ min: 0, max: 0.01 });
    expect(seriesOf(calibration)[0]).toEqual([
      [0, 0],
      [0.01, 0.01],
    ]);
    expect(calibration?.description).toContain("both from 0 to 0.01,");
    expect(plots[1]?.description).toContain("0.4 % of the rows are positive");
  });

  test.each([
    [0, 1],
    [1, 1],
    [0.51, 1],
    [0.5, 0.5],
    [0.21, 0.5],
    [0.011, 0.02],
    [0.0099, 0.01],
    [3e-5, 5e-5],
  ])("shares up to %p have an axis to %p", (greatest, limit) => {
    expect(shareLimit(greatest)).toBe(limit);
  });
});

describe("the interval of the improvement", () => {
  test("goes from its low to its high end, with the improvement between", () => {
    const [interval, point] = seriesOf(intervalPlot(decision));
    expect(interval).toEqual([
      [-0.3212345, 0],
      [1.94, 0],
    ]);
    expect(point).toEqual([[0.806544, 0]]);
  });

  test.each([
    ["an improvement that is sure", 0.5, 0.4, 0.6, 0.1, [-0.06, 0.66]],
    ["a worse candidate", -0.5, -0.6, -0.4, 0.4, [-0.7, 0.5]],
    ["a model compared with itself", 0, 0, 0, 0, [-1, 1]],
  ])("has an axis with room for %s", (_, improvement, low, high, minImprovement, [min, max]) => {
    const interval = { level: 0.95, low, high, resamples: 1000 };
    const axis = xAxisOf(intervalPlot({ ...decision, improvement, minImprovement, interval }));
    expect(axis.min).toBeCloseTo(min ?? NaN, 12);
    expect(axis.max).toBeCloseTo(max ?? NaN, 12);
  });

  test.each<[string, "improvement" | "interval"]>([
    ["without an improvement", "improvement"],
    ["without an interval", "interval"],
  ])("is not drawn %s", (_, missing) => {
    const { [missing]: taken, ...rest } = decision;
    expect(taken).toBeDefined();
    expect(intervalPlot(rest)).toBeUndefined();
  });
});

describe("drift", () => {
  const columns = whole.drift?.columns ?? [];

  test("columns are ordered by their index, drifted ones marked", () => {
    const plot = psiPlot([...columns].reverse(), 0.2);
    expect(seriesOf(plot)[0]).toEqual([
      { value: 0.31234567, itemStyle: { color: "var(--bad)" } },
      { value: 0.01, itemStyle: { color: "var(--candidate)" } },
    ]);
    expect(xAxisOf(plot).max).toBeUndefined();
  });

  test("the threshold is in the plot when nothing comes near it", () => {
    const plot = psiPlot(columns.slice(1), 0.2);
    expect(xAxisOf(plot).max).toBeCloseTo(0.25, 12);
    expect(plot?.description).toContain("Drifted: none.");
  });

  test("there is no plot of no columns", () => {
    expect(psiPlot([], 0.2)).toBeUndefined();
  });

  test("many categories are folded into one bar, and no share is lost", () => {
    const [, town] = columns;
    if (!town) throw new Error("The fixture has lost its second column.");
    const plot = sharesPlot(town, undefined);
    const [reference] = seriesOf(plot) as [number[]];
    expect(xAxisOf(plot).data?.at(-1)).toBe("27 more");
    expect(reference).toHaveLength(14);
    expect(reference.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });
});

describe("canary", () => {
  const [first, last] = stages;

  test("latencies are bars per stage, percentile and track, a gap where there is none", () => {
    const plot = latencyPlot(stages);
    expect(seriesOf(plot)).toEqual([
      [2.1, 4.2, 8.4, "-", "-", "-"],
      [2.2, 4.4, 8.8, "-", "-", "-"],
    ]);
    expect(plot?.legend.map(({ label }) => label)).toEqual(["houses:1", "canary"]);
    expect(plot?.description).toContain("50 %: 95th percentile nothing answered of houses:1");
  });

  test("latencies of tests are said to be of another time", () => {
    const plot = latencyPlot([{ ...first, comparedWith: { kind: "tests", environment: "qa" } }]);
    expect(plot?.legend.map(({ label }) => label)).toEqual(["qa, at another time", "canary"]);
  });

  test("stages in which nothing was answered have no plot", () => {
    expect(latencyPlot([last])).toBeUndefined();
  });
});

test("text in a template is escaped once, markup and nothing are let through", () => {
  const inner = html`<b>${`"&'<`}</b>`;
  expect(inner).toBeInstanceOf(Html);
  expect(html`${[inner, " ", 5]}${undefined}`.markup).toBe("<b>&quot;&amp;&#39;&lt;</b> 5");
});
