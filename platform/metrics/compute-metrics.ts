import type { Task } from "../definition/definition";
import type { ScoredRows } from "./evaluation";
import { isSummedMetric, summedMetrics, termsByRow, type SummedMetric } from "./metric-terms";
import { metricNamesOf, type MetricName, type Metrics } from "../definition/metric-names";
import { countLabels, isLabelMetric, labelMetrics } from "./class-labels";
import { againstRest, averagePrecision, meanArea } from "./rank-metrics";
import { areaUnderRoc, rankRows, weighByScore } from "./ranks";

/**
 * All metrics of a task for a model's predictions, weighted where the rows have weights.
 * One that is not defined for the rows is absent: AUC of one class, R² of a constant target, precision where nothing is called
 * positive, anything of no rows, and everything when a prediction is not a finite number. Equal to scikit-learn's to 1e-12.
 */
export function computeMetrics(task: Task, rows: ScoredRows): Metrics {
  if (!areFinite(rows)) return {};
  return Object.fromEntries(
    metricNamesOf(task, rows.classes).flatMap((name) => {
      const value = measure(name, rows);
      return Number.isFinite(value) ? [[name, value]] : [];
    }),
  );
}

/** One metric; undefined when it is not defined for the rows. */
export function computeMetric(name: MetricName, rows: ScoredRows): number | undefined {
  if (!areFinite(rows)) return undefined;
  const value = measure(name, rows);
  return Number.isFinite(value) ? value : undefined;
}

function measure(name: MetricName, rows: ScoredRows): number {
  if (isLabelMetric(name)) return labelMetrics[name](countLabels(rows));
  if (isSummedMetric(name)) return sumUp(name, rows);
  switch (name) {
    case "auc":
      return areaUnderRoc(weighByScore(rankRows(rows), rows.actual, rows.weights));
    case "averagePrecision":
      return averagePrecision(weighByScore(rankRows(rows), rows.actual, rows.weights));
    case "aucMacro":
    case "aucWeighted":
      return meanArea(againstRest(rows), name);
  }
}

/** Mean of the actual values, around which R² sums its squares. */
export function centreOf({ actual, weights }: Pick<ScoredRows, "actual" | "weights">): number {
  let sum = 0;
  let total = 0;
  for (let row = 0; row < actual.length; row++) {
    const weight = weights?.[row] ?? 1;
    sum += weight * (actual[row] ?? NaN);
    total += weight;
  }
  return sum / total;
}

function sumUp(name: keyof typeof summedMetrics, rows: ScoredRows): number {
  const { actual, weights } = rows;
  const metric: SummedMetric = summedMetrics[name];
  const termsOf = termsByRow(name, rows, centreOf(rows));
  const sums: number[] = [];
  let total = 0;
  for (let row = 0; row < actual.length; row++) {
    const weight = weights?.[row] ?? 1;
    const terms = termsOf(row);
    for (let term = 0; term < terms.length; term++) {
      sums[term] = (sums[term] ?? 0) + weight * (terms[term] ?? NaN);
    }
    total += weight;
  }
  return metric.value(sums, total);
}

/** Whether something can be measured at all. */
function areFinite(rows: ScoredRows): boolean {
  checkLengths(rows);
  return rows.predicted.every(Number.isFinite) && rows.actual.every(Number.isFinite);
}

function checkLengths({ actual, predicted, weights, classes = 1 }: ScoredRows): void {
  if (actual.length * classes !== predicted.length || (weights && weights.length !== actual.length)) {
    throw new RangeError(
      `${actual.length} actual values, ${predicted.length} predictions and ${weights?.length ?? "no"} weights do not belong together.`,
    );
  }
}
