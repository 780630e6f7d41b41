import { PlatformError } from "../../platform/base/errors";
import { formatNumber } from "../../platform/base/format-number";
import type { ScoredRows } from "../../platform/metrics/evaluation";

/** What a probability p becomes: 1 / (1 + exp(−(slope × ln(p / (1 − p)) + intercept))). */
export interface Calibration {
  readonly slope: number;
  readonly intercept: number;
}

const maxIterations = 100;
const maxHalvings = 30;
/** Largest entry of the gradient, per unit of weight, at the solution. */
const gradientTolerance = 1e-12;
/** Nearer to 0 and 1 than this, a probability says no more: log-odds are within ±34.5. */
const minProbability = 1e-15;

export function logOddsOf(probability: number): number {
  const kept = Math.min(Math.max(probability, minProbability), 1 - minProbability);
  return Math.log(kept / (1 - kept));
}

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

/** Rows with calibrated probabilities. */
export function calibrated(rows: ScoredRows, { slope, intercept }: Calibration): ScoredRows {
  return { ...rows, predicted: rows.predicted.map((value) => sigmoid(slope * logOddsOf(value) + intercept)) };
}

/** The rows as Platt's fit sees them. */
interface Problem {
  readonly logOdds: Float64Array;
  readonly targets: Float64Array;
  readonly weights: Float64Array;
}

/** Not quite 0 and 1, as if one more row of each class were to come: Platt's targets, so that none makes the slope infinite. */
function problemOf({ actual, predicted, weights }: ScoredRows): Problem & { readonly start: Calibration } {
  const own = weights ?? new Float64Array(actual.length).fill(1);
  let positives = 0;
  let negatives = 0;
  actual.forEach((is, row) => {
    if (is === 1) positives += own[row] ?? NaN;
    else negatives += own[row] ?? NaN;
  });
  const [positive, negative] = [(positives + 1) / (positives + 2), 1 / (negatives + 2)];
  return {
    logOdds: predicted.map(logOddsOf),
    targets: actual.map((is) => (is === 1 ? positive : negative)),
    weights: own,
    start: { slope: 0, intercept: Math.log((positives + 1) / (negatives + 1)) },
  };
}

/** The negative log-likelihood with its derivatives by slope and intercept. */
function likelihoodOf({ logOdds, targets, weights }: Problem, { slope, intercept }: Calibration) {
  let loss = 0;
  let bySlope = 0;
  let byIntercept = 0;
  let slopes = 0;
  let mixed = 0;
  let intercepts = 0;
  for (let row = 0; row < logOdds.length; row++) {
    const [x, weight, target] = [logOdds[row] ?? NaN, weights[row] ?? NaN, targets[row] ?? NaN];
    const z = slope * x + intercept;
    // exp of a negative number only: nothing overflows.
    const e = Math.exp(-Math.abs(z));
    const residual = weight * ((z >= 0 ? 1 : e) / (1 + e) - target);
    const curvature = (weight * e) / ((1 + e) * (1 + e));
    loss += weight * (Math.log1p(e) + Math.max(z, 0) - target * z);
    bySlope += residual * x;
    byIntercept += residual;
    slopes += curvature * x * x;
    mixed += curvature * x;
    intercepts += curvature;
  }
  return { loss, bySlope, byIntercept, slopes, mixed, intercepts };
}

/** Newton's method with step halving (Lin, Lin and Weng, Machine Learning 68, 2007). */
function minimize(problem: Problem, start: Calibration): Calibration {
  const total = problem.weights.reduce((sum, weight) => sum + weight, 0);
  let at = start;
  let current = likelihoodOf(problem, at);
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    const { bySlope, byIntercept, slopes, mixed, intercepts } = current;
    if (Math.max(Math.abs(bySlope), Math.abs(byIntercept)) <= gradientTolerance * total) break;
    const determinant = slopes * intercepts - mixed * mixed;
    if (!(determinant > 0)) break;
    const step = {
      slope: (intercepts * bySlope - mixed * byIntercept) / determinant,
      intercept: (slopes * byIntercept - mixed * bySlope) / determinant,
    };
    let share = 1;
    let next = at;
    for (let halving = 0; halving < maxHalvings; halving++, share /= 2) {
      next = { slope: at.slope - share * step.slope, intercept: at.intercept - share * step.intercept };
      const found = likelihoodOf(problem, next);
      if (found.loss > current.loss + 1e-12 * Math.abs(current.loss)) continue;
      current = found;
      break;
    }
    at = next;
  }
  return at;
}

/**
 * Platt's calibration (Advances in Large Margin Classifiers, 1999): the logistic regression of the classes on the log-odds of
 * predictions for rows of two classes that the model has not seen; rows count by their weights. As scikit-learn's
 * `CalibratedClassifierCV` with `method="sigmoid"` and `ensemble=False`. Throws TRAINING_FAILED where a greater probability does not
 * mean more positive rows.
 */
export function fitPlatt(rows: ScoredRows): Calibration {
  const { start, ...problem } = problemOf(rows);
  const found = minimize(problem, start);
  if (found.slope > 0) return found;
  throw new PlatformError(
    "TRAINING_FAILED",
    `The probabilities cannot be calibrated: on training rows that the model had not seen, a greater one does not mean more positive rows (slope ${formatNumber(found.slope)}). Give the model features that tell more, or leave calibration out.`,
  );
}
