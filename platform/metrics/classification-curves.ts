import type { ScoredRows } from "./evaluation";
import { isPositive } from "./class-labels";
import { binOf } from "../drift/bins";
import { quantile } from "../base/quantile";
import { rankRows, weighByScore } from "./ranks";

interface RocPoint {
  readonly falsePositiveRate: number;
  readonly truePositiveRate: number;
  /** Rows with this probability or more are called positive; absent at the origin, where none is. */
  readonly threshold?: number;
}

/** The ROC curve from (0,0) to (1,1), a point per distinct probability; undefined when one class is not there. */
export function rocCurve(rows: ScoredRows): RocPoint[] | undefined {
  const counts = countsByThreshold(rows);
  const all = counts.at(-1);
  if (!all || all.truePositives === 0 || all.falsePositives === 0) return undefined;
  return [
    { falsePositiveRate: 0, truePositiveRate: 0 },
    ...counts.map(({ threshold, truePositives, falsePositives }) => ({
      falsePositiveRate: falsePositives / all.falsePositives,
      truePositiveRate: truePositives / all.truePositives,
      threshold,
    })),
  ];
}

interface PrecisionRecallPoint {
  /** Share of the positive rows that are found. */
  readonly recall: number;
  /** Share of the rows called positive that are. */
  readonly precision: number;
  readonly threshold?: number;
}

/** The precision-recall curve by rising recall, from recall 0 (precision 1 by convention); undefined without positives. */
export function precisionRecallCurve(rows: ScoredRows): PrecisionRecallPoint[] | undefined {
  const counts = countsByThreshold(rows);
  const positives = counts.at(-1)?.truePositives ?? 0;
  if (positives === 0) return undefined;
  return [
    { recall: 0, precision: 1 },
    ...counts.map(({ threshold, truePositives, falsePositives }) => ({
      recall: truePositives / positives,
      precision: truePositives / (truePositives + falsePositives),
      threshold,
    })),
  ];
}

/** What is called positive as the threshold falls through the distinct probabilities. */
function countsByThreshold(
  rows: ScoredRows,
): { threshold: number; truePositives: number; falsePositives: number }[] {
  const ranked = rankRows(rows);
  const { negative, positive } = weighByScore(ranked, rows.actual);
  let [truePositives, falsePositives] = [0, 0];
  return Array.from(ranked.scores, (_, index) => {
    const rank = ranked.scores.length - 1 - index;
    truePositives += positive[rank] ?? 0;
    falsePositives += negative[rank] ?? 0;
    return { threshold: ranked.scores[rank] ?? NaN, truePositives, falsePositives };
  });
}

interface CalibrationBin {
  readonly rows: number;
  /** Mean predicted probability of the bin's rows. */
  readonly predicted: number;
  /** Share of the bin's rows that are positive. */
  readonly observed: number;
}

/** Predicted against observed frequency in (up to) ten bins with about as many rows each, by rising probability. */
export function calibration({ actual, predicted }: ScoredRows): CalibrationBin[] {
  const sorted = predicted.slice().sort();
  const edges = Array.from({ length: 9 }, (_, index) => quantile(sorted, (index + 1) / 10));
  const sums = Array.from({ length: 10 }, () => ({ rows: 0, predicted: 0, observed: 0 }));
  predicted.forEach((probability, row) => {
    const bin = sums[binOf(edges, probability)];
    if (!bin) return;
    bin.rows++;
    bin.predicted += probability;
    bin.observed += actual[row] ?? NaN;
  });
  return sums
    .filter((bin) => bin.rows > 0)
    .map(({ rows, ...sum }) => ({ rows, predicted: sum.predicted / rows, observed: sum.observed / rows }));
}

interface Confusion {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
}

/** Rows by actual class and by the label their probability stands for (positive above the threshold). */
export function confusion({ actual, predicted, threshold }: ScoredRows): Confusion {
  const count = (positive: boolean, called: boolean): number =>
    actual.reduce(
      (sum, value, row) =>
        sum + ((value === 1) === positive && isPositive(predicted[row] ?? NaN, threshold) === called ? 1 : 0),
      0,
    );
  return {
    truePositives: count(true, true),
    falsePositives: count(false, true),
    trueNegatives: count(false, false),
    falseNegatives: count(true, false),
  };
}
