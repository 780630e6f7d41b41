import { PlatformError } from "../../platform/base/errors";
import type { ScoredRows } from "../../platform/metrics/evaluation";
import { probabilitiesOf, type IsotonicCalibration } from "../../platform/model/isotonic-calibration";
import { logOddsOf } from "./fit-platt";

/** Rows of the same log-odds, or of neighbouring ones whose shares are not in order, as one. */
interface Pool {
  /** The least and the greatest log-odds. */
  readonly first: number;
  readonly last: number;
  readonly weight: number;
  /** Share of positive rows, 0..1. */
  readonly share: number;
}

function joined(one: Pool, other: Pool): Pool {
  const weight = one.weight + other.weight;
  return {
    first: one.first,
    last: other.last,
    weight,
    share: (one.share * one.weight + other.share * other.weight) / weight,
  };
}

/** A pool for each different value of log-odds, in their order; rows that weigh nothing say nothing. */
function poolsOf({ actual, predicted, weights }: ScoredRows): Pool[] {
  const rows = Array.from(actual, (is, row): Pool => {
    const at = logOddsOf(predicted[row] ?? NaN);
    return { first: at, last: at, weight: weights?.[row] ?? 1, share: is === 1 ? 1 : 0 };
  })
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => one.first - other.first);
  const pools: Pool[] = [];
  for (const row of rows) {
    const before = pools.at(-1);
    if (before?.last === row.first) pools[pools.length - 1] = joined(before, row);
    else pools.push(row);
  }
  return pools;
}

/** Joins neighbours until shares rise (pool adjacent violators). */
function rising(pools: readonly Pool[]): Pool[] {
  const found: Pool[] = [];
  for (const pool of pools) {
    let last = pool;
    for (
      let before = found.at(-1);
      before !== undefined && before.share >= last.share;
      before = found.at(-1)
    ) {
      last = joined(before, last);
      found.pop();
    }
    found.push(last);
  }
  return found;
}

/**
 * Isotonic calibration: the rising shares of positive rows that are nearest to the classes of rows that the model had not seen, as a
 * line through the ends of each level. As scikit-learn's `CalibratedClassifierCV` with `method="isotonic"` and `ensemble=False`.
 * Throws TRAINING_FAILED where a greater probability does not mean more positive rows.
 */
export function fitIsotonic(rows: ScoredRows): IsotonicCalibration {
  const levels = rising(poolsOf(rows));
  if (levels.length < 2) {
    throw new PlatformError(
      "TRAINING_FAILED",
      "The probabilities cannot be calibrated: on training rows that the model had not seen, a greater one does not mean more positive rows. Give the model features that tell more, or leave calibration out.",
    );
  }
  const ends = levels.flatMap(({ first, last, share }) =>
    first === last
      ? [[first, share]]
      : [
          [first, share],
          [last, share],
        ],
  );
  return {
    logOdds: ends.map(([at = NaN]) => at),
    probabilities: ends.map(([, share = NaN]) => share),
  };
}

/** Rows with calibrated probabilities. */
export function calibratedByLevels(rows: ScoredRows, calibration: IsotonicCalibration): ScoredRows {
  return { ...rows, predicted: probabilitiesOf(rows.predicted.map(logOddsOf), calibration) };
}
