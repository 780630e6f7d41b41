import { sumOf, weightedSum } from "../base/sums";
import { addErrors, type ErrorSums } from "../kernels/number-kernels";
import type { Task } from "../definition/definition";
import type { ScoredRows } from "./evaluation";
import { isSummedMetric, summedMetrics, termsByRow, type SummedMetric } from "./metric-terms";
import { metricNamesOf, type MetricName, type Metrics } from "../definition/metric-names";
import { countLabels, isLabelMetric, labelMetrics, type LabelCounts } from "./class-labels";
import { againstRest, averagePrecision, meanArea } from "./rank-metrics";
import { areaUnderRoc, rankRows, weighByScore, type ClassWeights } from "./ranks";

/**
 * All metrics of a task for a model's predictions, weighted where the rows have weights.
 * One that is not defined for the rows is absent: AUC of one class, R² of a constant target, precision where nothing is called
 * positive, anything of no rows, and everything when a prediction is not a finite number. Equal to scikit-learn's to 1e-12.
 */
export function computeMetrics(task: Task, rows: ScoredRows): Metrics {
  if (!areFinite(rows)) return {};
  const counted = new CountedRows(rows);
  return Object.fromEntries(
    metricNamesOf(task, rows.classes).flatMap((name) => {
      const value = measure(name, counted);
      return Number.isFinite(value) ? [[name, value]] : [];
    }),
  );
}

/** One metric; undefined when it is not defined for the rows. */
export function computeMetric(name: MetricName, rows: ScoredRows): number | undefined {
  if (!areFinite(rows)) return undefined;
  const value = measure(name, new CountedRows(rows));
  return Number.isFinite(value) ? value : undefined;
}

/** Rows with what several metrics are made of, which is made once. */
class CountedRows {
  private labels: LabelCounts | undefined;
  private scores: ClassWeights | undefined;
  private errors: ErrorSums | undefined;

  constructor(readonly rows: ScoredRows) {}

  /** Of a regression, whose rows count the same. */
  byError(): ErrorSums {
    return (this.errors ??= addErrors([0, 0, 0, 0], this.rows, centreOf(this.rows)));
  }

  byLabel(): LabelCounts {
    return (this.labels ??= countLabels(this.rows));
  }

  /** Sorted, which takes more time than all the rest. */
  byScore(): ClassWeights {
    const { actual, weights } = this.rows;
    return (this.scores ??= weighByScore(rankRows(this.rows), actual, weights));
  }
}

function measure(name: MetricName, counted: CountedRows): number {
  const { rows } = counted;
  if (isLabelMetric(name)) return labelMetrics[name](counted.byLabel());
  if (isErrorMetric(name) && rows.weights === undefined)
    return errorMetric(name, counted.byError(), rows.actual.length);
  if (isSummedMetric(name)) return sumUp(name, rows);
  switch (name) {
    case "auc":
      return areaUnderRoc(counted.byScore());
    case "averagePrecision":
      return averagePrecision(counted.byScore());
    case "aucMacro":
    case "aucWeighted":
      return meanArea(againstRest(rows), name);
  }
}

/** Metrics of a regression, all of which are made of the same sums. */
type ErrorMetric = "rmse" | "mae" | "r2";

const isErrorMetric = (name: MetricName): name is ErrorMetric => ["rmse", "mae", "r2"].includes(name);

function errorMetric(
  name: ErrorMetric,
  [squares, amounts, distances, squaredDistances]: ErrorSums,
  rows: number,
): number {
  const sums = { rmse: [squares], mae: [amounts], r2: [squares, distances, squaredDistances] };
  return summedMetrics[name].value(sums[name], rows);
}

/** All metrics of a regression from sums over its rows. */
export function errorMetrics(sums: ErrorSums, rows: number): Metrics {
  return Object.fromEntries(
    metricNamesOf("regression").flatMap((name) => {
      const value = isErrorMetric(name) ? errorMetric(name, sums, rows) : NaN;
      return Number.isFinite(value) ? [[name, value]] : [];
    }),
  );
}

/** Mean of the actual values, around which R² sums its squares. */
export function centreOf({ actual, weights }: Pick<ScoredRows, "actual" | "weights">): number {
  return weights ? weightedSum(actual, weights) / sumOf(weights) : sumOf(actual) / actual.length;
}

function sumUp(name: keyof typeof summedMetrics, rows: ScoredRows): number {
  const { actual, weights } = rows;
  const metric: SummedMetric = summedMetrics[name];
  const termsOf = termsByRow(name, rows, centreOf(rows));
  const sums = new Float64Array(metric.size);
  for (let row = 0; row < actual.length; row++) {
    const terms = termsOf(row);
    for (let term = 0; term < terms.length; term++) {
      const value = terms[term] ?? NaN;
      sums[term] = (sums[term] ?? NaN) + (weights ? (weights[row] ?? NaN) * value : value);
    }
  }
  return metric.value(sums, weights ? sumOf(weights) : actual.length);
}

/** Whether something can be measured at all. */
function areFinite(rows: ScoredRows): boolean {
  checkLengths(rows);
  return areAllFinite(rows.predicted) && areAllFinite(rows.actual);
}

function areAllFinite(values: Float64Array): boolean {
  for (let row = 0; row < values.length; row++) if (!Number.isFinite(values[row])) return false;
  return true;
}

function checkLengths({ actual, predicted, weights, classes = 1 }: ScoredRows): void {
  if (actual.length * classes !== predicted.length || (weights && weights.length !== actual.length)) {
    throw new RangeError(
      `${actual.length} actual values, ${predicted.length} predictions and ${weights?.length ?? "no"} weights do not belong together.`,
    );
  }
}
