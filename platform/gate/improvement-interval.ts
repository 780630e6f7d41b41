import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { centreOf } from "../metrics/compute-metrics";
import type { PromotionDecision, ScoredRows } from "../metrics/evaluation";
import {
  countRow,
  countsIn,
  emptyCounts,
  isLabelMetric,
  labelMetrics,
  labelsOf,
  type LabelCounts,
  type LabelMetric,
} from "../metrics/class-labels";
import { isSummedMetric, summedMetrics, termsByRow } from "../metrics/metric-terms";
import { againstRest, averagePrecision, meanArea, type AreaMean } from "../metrics/rank-metrics";
import { areaGradient, meanAreaGradient, precisionGradient } from "../metrics/rank-gradients";
import { metrics, type MetricName } from "../definition/metric-names";
import { Resampler } from "../kernels/resample";
import { quantile } from "../base/quantile";
import { areaUnderRoc, rankRows, weighByScore, type ClassWeights } from "../metrics/ranks";

const resamples = 1000;
/** Beyond this many rows, random groups of rows are drawn instead of rows. */
const maxUnits = 20_000;
/** Groups then; 2,000 estimate the width of the interval to about 1.6 %, 1 / sqrt(2 * 2,000). */
const groups = 2_000;

/** Rows times classes whose ranks are looked at in each resample; of more, the linear part is taken. */
const maxRanked = 60_000;

/** A metric of a resample, given how often each unit (row, or group of rows) was drawn. */
type Statistic = (draws: Float64Array) => number;
/** What is drawn. */
interface Units {
  readonly count: number;
  /** Which unit every row belongs to. */
  readonly ofRow: Uint32Array;
  readonly resampler: Resampler;
}

/** The middle `level` (0..1) of what was resampled. */
export type Interval = NonNullable<PromotionDecision["interval"]>;

interface Resampling {
  readonly metric: MetricName;
  /** Share of the resamples that the interval holds, 0 < level < 1. */
  readonly level: number;
  /** A whole number. */
  readonly seed: number;
}

/**
 * Paired bootstrap of how much better (positive) the candidate is than the champion, in units of the metric: both
 * are measured on the same 1,000 resamples of the held-out rows, and the interval holds the middle of the
 * differences (percentile method, Efron and Tibshirani 1993, chapter 13). The same seed gives the same interval.
 *
 * Work is bounded: above 20,000 rows, 2,000 random groups of rows are resampled instead of rows, which leaves
 * the distribution of a sum over rows unchanged but for rounding; AUC is then replaced by its linear part
 * around the measured value, whose variance is DeLong's (DeLong, DeLong and Clarke-Pearson 1988), and so is average precision.
 *
 * Undefined when there are fewer than two rows or hardly a resample on which both metrics are defined.
 */
export function bootstrapImprovement({
  candidate,
  champion,
  ...resampling
}: Resampling & { readonly candidate: ScoredRows; readonly champion: ScoredRows }): Interval | undefined {
  return bootstrap(
    resampling,
    [candidate, champion],
    ([ofCandidate = NaN, ofChampion = NaN]) => signOf(resampling.metric) * (ofCandidate - ofChampion),
  );
}

/** Bootstrap of how much worse (positive) a model is on these rows than `registered`, a figure that was measured on others. */
export function bootstrapFall({
  rows,
  registered,
  ...resampling
}: Resampling & { readonly rows: ScoredRows; readonly registered: number }): Interval | undefined {
  return bootstrap(resampling, [rows], ([now = NaN]) => signOf(resampling.metric) * (registered - now));
}

/** Bootstrap of a model's metric itself, on the same resamples: where it would lie on other rows of the same kind. */
export function bootstrapMetric({
  rows,
  ...resampling
}: Resampling & { readonly rows: ScoredRows }): Interval | undefined {
  return bootstrap(resampling, [rows], ([value = NaN]) => value);
}

function signOf(metric: MetricName): number {
  return metrics[metric].better === "higher" ? 1 : -1;
}

/** The interval of a function of the metric of each model, all measured on the same resamples. */
function bootstrap(
  { metric, level, seed }: Resampling,
  models: readonly [ScoredRows, ...ScoredRows[]],
  difference: (values: readonly number[]) => number,
): Interval | undefined {
  const rows = models[0].actual.length;
  if (rows < 2) return undefined;
  const random = xoroshiro128plus(seed);
  /** The group of a row, each as likely as the others to within groups / 2^32. */
  const drawGroup = (): number => ((random.next() >>> 0) * (groups / 2 ** 32)) >>> 0;
  const [count, ofRow] =
    rows <= maxUnits
      ? [rows, Uint32Array.from({ length: rows }, (_, row) => row)]
      : [groups, new Uint32Array(rows).map(drawGroup)];
  const resampler = new Resampler(count, random.getState());
  const statistics = models.map((scored) => statisticOf(metric, scored, { count, ofRow, resampler }));
  const differences: number[] = [];
  for (let resample = 0; resample < resamples; resample++) {
    const draws = resampler.draw();
    const value = difference(statistics.map((statistic) => statistic(draws)));
    if (Number.isFinite(value)) differences.push(value);
  }
  if (differences.length < resamples / 2) return undefined;
  const sorted = Float64Array.from(differences).sort();
  return {
    level,
    low: quantile(sorted, (1 - level) / 2),
    high: quantile(sorted, (1 + level) / 2),
    resamples: differences.length,
  };
}

function statisticOf(metric: MetricName, rows: ScoredRows, units: Units): Statistic {
  const { actual, weights, classes = 1 } = rows;
  const isExact = units.count === actual.length && actual.length * classes <= maxRanked;
  if (isLabelMetric(metric)) return countStatistic(metric, rows, units);
  if (isSummedMetric(metric)) {
    const { value } = summedMetrics[metric];
    const termsOf = termsByRow(metric, rows, centreOf(rows));
    return summedStatistic(units, { termsOf, weightOf: (row) => weights?.[row] ?? 1, value });
  }
  switch (metric) {
    case "auc":
      return isExact ? rankStatistic(rows, areaUnderRoc) : linearStatistic(areaGradient(rows), rows, units);
    case "averagePrecision":
      return isExact
        ? rankStatistic(rows, averagePrecision)
        : linearStatistic(precisionGradient(rows), rows, units);
    case "aucMacro":
    case "aucWeighted":
      return isExact
        ? meanAreaStatistic(rows, metric)
        : linearStatistic(meanAreaGradient(rows, metric), rows, units);
  }
}

/** Terms are summed per unit once; a resample then takes time linear in the units. */
function summedStatistic(
  { count, ofRow, resampler }: Units,
  metric: {
    /** They are there until another row is asked for. */
    termsOf: (row: number) => ArrayLike<number>;
    weightOf: (row: number) => number;
    value: (sums: ArrayLike<number>, weight: number) => number;
  },
): Statistic {
  // The last is what the rows weigh.
  const last = metric.termsOf(0).length;
  const unitSums = new Float64Array(count * (last + 1));
  ofRow.forEach((unit, row) => {
    const weight = metric.weightOf(row);
    const from = unit * (last + 1);
    const terms = metric.termsOf(row);
    for (let index = 0; index < last; index++)
      unitSums[from + index] = (unitSums[from + index] ?? 0) + weight * (terms[index] ?? NaN);
    unitSums[from + last] = (unitSums[from + last] ?? 0) + weight;
  });
  const sumsOfDrawn = resampler.sumsOf(unitSums);
  return () => {
    const sums = sumsOfDrawn();
    return metric.value(sums, sums[last] ?? NaN);
  };
}

/** A metric of counts by class; where units are rows, of the rows, else of the counts that are summed per unit once. */
function countStatistic(
  metric: LabelMetric,
  rows: ScoredRows,
  { count, ofRow, resampler }: Units,
): Statistic {
  const { actual, weights, classes = 2 } = rows;
  const labels = labelsOf(rows);
  const countRows = (countsOf: (row: number) => LabelCounts, weightOf: (row: number) => number): void => {
    labels.forEach((label, row) => {
      countRow(countsOf(row), { is: actual[row] ?? NaN, label, weight: weightOf(row) });
    });
  };
  if (count === actual.length) {
    return (draws) => {
      const counts = emptyCounts(classes);
      countRows(
        () => counts,
        (row) => (draws[row] ?? 0) * (weights?.[row] ?? 1),
      );
      return labelMetrics[metric](counts);
    };
  }
  const width = 3 * classes;
  const unitSums = new Float64Array(count * width);
  const units = Array.from({ length: count }, (_, unit) =>
    countsIn(unitSums.subarray(unit * width, (unit + 1) * width)),
  );
  countRows(
    (row) => units[ofRow[row] ?? 0] ?? emptyCounts(classes),
    (row) => weights?.[row] ?? 1,
  );
  const sumsOfDrawn = resampler.sumsOf(unitSums);
  return () => labelMetrics[metric](countsIn(sumsOfDrawn()));
}

/** What each row counts in a resample. */
function drawnWeights({ weights }: ScoredRows, draws: Float64Array): Float64Array {
  return weights === undefined ? draws : draws.map((times, row) => times * (weights[row] ?? 0));
}

/** A metric of ranks of a resample of rows; the rows are sorted only once. */
function rankStatistic(rows: ScoredRows, metric: (weights: ClassWeights) => number): Statistic {
  const ranked = rankRows(rows);
  return (draws) => metric(weighByScore(ranked, rows.actual, drawnWeights(rows, draws)));
}

function meanAreaStatistic(rows: ScoredRows, mean: AreaMean): Statistic {
  const parts = againstRest(rows);
  return (draws) => meanArea(parts, mean, drawnWeights(rows, draws));
}

/** A metric plus the mean influence of the rows: its value and its derivative by what each row counts, times what all count. */
function linearStatistic(
  { value, gradient }: ReturnType<typeof areaGradient>,
  { weights }: ScoredRows,
  units: Units,
): Statistic {
  return summedStatistic(units, {
    termsOf: (row) => [gradient[row] ?? NaN],
    weightOf: (row) => weights?.[row] ?? 1,
    value: (sums, weight) => value + (sums[0] ?? NaN) / weight,
  });
}
