import { formatNumber } from "../../platform/base/format-number";
import { nearestRank } from "../../platform/base/quantile";
import type { TrackSample } from "../../platform/release/deployment";
import {
  errorPerLook,
  finite,
  healthOf,
  judge,
  rounding,
  stateOf,
  sureness,
  worstOf,
  type CanaryCheck,
  type CanaryInput,
  whereSeen,
} from "./canary-check";
import { checkClasses, classDifference } from "./check-classes";
import { evidenceOfEstimate } from "./evidence";
import {
  distanceByChance,
  distributionDistance,
  meanDifference,
} from "../../platform/metrics/distribution-distance";
import { sameWithin, scaleOf } from "../../platform/metrics/prediction-shift";

type PredictionSample = NonNullable<TrackSample["predictions"]>;
type Measured = Omit<CanaryCheck, "name">;

/** Predictions of one request are alike, so each request counts once. */
function independentOf(
  { requests, failures, refusals = 0 }: TrackSample,
  { count }: PredictionSample,
): number {
  return Math.max(1, Math.min(count, requests - failures - refusals));
}

interface Both {
  readonly before: PredictionSample;
  readonly now: PredictionSample;
  /** Requests that predicted, on each side. */
  readonly counts: readonly [before: number, now: number];
  readonly input: CanaryInput;
}

/** A shift that is so many times what is allowed has to be found. */
const foundAbove = 2;

/** What the gate has seen of the same, and found better by the truth. */
function describeExpected(expected: number | undefined): string {
  return expected === undefined ? "" : ` beyond the ${formatNumber(expected)} that the gate found better`;
}

/** How far a signed shift is from all between none and the expected one: other rows than the gate's may shift less. */
function beyond(shift: number, expected = 0): number {
  return Math.max(0, Math.min(expected, 0) - shift, shift - Math.max(expected, 0));
}

/** How far the mean prediction has moved, in standard deviations of stable's predictions, with its standard error. */
function measureMean({ before, now, counts, input }: Both): Measured {
  const { rule, expected } = input;
  // A stable that always says the same has no scale of its own; the canary's is the next best.
  const scale = before.standardDeviation > 0 ? before.standardDeviation : now.standardDeviation;
  const distance = Math.abs(now.mean - before.mean);
  const means = `Mean prediction ${formatNumber(now.mean)} on the canary, ${formatNumber(before.mean)} on ${whereSeen(input)}`;
  if (scale === 0) {
    const same = distance <= rounding * Math.abs(before.mean);
    return {
      state: same ? "holds" : "not-measurable",
      explanation: `${means}; neither varies, so that a shift has no scale.`,
    };
  }
  const shift = beyond((now.mean - before.mean) / scale, expected?.mean);
  const error = Math.hypot(
    before.standardDeviation / Math.sqrt(counts[0]),
    now.standardDeviation / Math.sqrt(counts[1]),
  );
  const effects = { allowed: rule.mayShiftBy, harmful: foundAbove * rule.mayShiftBy };
  const evidence = evidenceOfEstimate(shift, error / scale, effects);
  const { doubt, ...judged } = stateOf(evidence, { health: healthOf(input) });
  return {
    ...judged,
    ...finite({ value: shift, limit: rule.mayShiftBy }),
    explanation: `${means}: ${formatNumber(shift)} standard deviations apart${describeExpected(expected?.mean)}, ${formatNumber(rule.mayShiftBy)} are allowed${doubt}.`,
  };
}

/** A spread, and the bounds that it surely lies between. */
interface Spread {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Between the quartiles of predictions that are kept: their ranks vary as counts do, however heavy the tails are. */
function quartileSpread(kept: readonly number[]): Spread {
  const chance = sureness * Math.sqrt((0.25 * 0.75) / kept.length);
  const between = (distance: number): number =>
    nearestRank(kept, Math.min(1, 0.5 + distance)) - nearestRank(kept, Math.max(0, 0.5 - distance));
  return {
    value: between(0.25),
    low: between(Math.max(0, 0.25 - chance)),
    high: between(0.25 + chance),
  };
}

/**
 * Kurtosis that is allowed for where nothing but mean and standard deviation is known: that of a lognormal distribution with a
 * deviation of 1. A normal one's, 3, would take any heavy tail for a spread.
 */
const heavyKurtosis = 114;

/** A standard deviation, by the error of its logarithm. */
function momentSpread(standardDeviation: number, count: number): Spread {
  const chance = Math.exp(sureness * Math.sqrt((heavyKurtosis - 1) / (4 * count)));
  return { value: standardDeviation, low: standardDeviation / chance, high: standardDeviation * chance };
}

/** Quartiles that lie nearer to each other, in stable's standard deviations, are those of one row that many ask for. */
const narrowest = 0.1;

function atLeast(least: number, { value, low, high }: Spread): Spread {
  return { value: Math.max(value, least), low: Math.max(low, least), high: Math.max(high, least) };
}

/** The spreads of both: by what is kept, or by what there is. */
function spreadsOf({ before, now, counts }: Both): readonly [was: Spread, is: Spread] {
  if (before.kept === undefined || now.kept === undefined) {
    return [
      momentSpread(before.standardDeviation, counts[0]),
      momentSpread(now.standardDeviation, counts[1]),
    ];
  }
  const least = narrowest * before.standardDeviation;
  return [atLeast(least, quartileSpread(before.kept)), atLeast(least, quartileSpread(now.kept))];
}

/** By which factor the spread of the predictions has changed: a model that always says the same has the right mean, too. */
function measureSpread(both: Both): Measured {
  const { before, now } = both;
  const { rule, expected } = both.input;
  const [was, is] = spreadsOf(both);
  const kind = before.kept && now.kept ? "between their quartiles" : "standard deviations";
  const spreads = `Predictions vary by ${formatNumber(is.value)} on the canary, by ${formatNumber(was.value)} on ${whereSeen(both.input)} (${kind})`;
  if (!(was.value > rounding * Math.abs(before.mean))) {
    return {
      state: "not-measurable",
      explanation: `${spreads}; stable's do not vary, so that a factor has no scale.`,
    };
  }
  const factor = is.value >= was.value ? is.value / was.value : was.value / is.value;
  const seen = expected?.spread ?? 1;
  const limits = { up: rule.mayVaryBy * Math.max(1, seen), down: rule.mayVaryBy / Math.min(1, seen) };
  const within = is.value <= was.value * limits.up && was.value <= is.value * limits.down;
  // With NaN neither comparison holds, so it is not within bounds.
  const surely = !(is.low <= was.high * limits.up && was.low <= is.high * limits.down);
  const { state, doubt } = judge(within, surely, ", but in so few requests it may be chance");
  return {
    state,
    ...finite({ value: factor, limit: is.value >= was.value ? limits.up : limits.down }),
    explanation: `${spreads}; ${formatNumber(rule.mayVaryBy)} times as much or as little${describeExpected(expected?.spread)} is allowed${doubt}.`,
  };
}

/** The distance between the distributions, where samples of both are kept. */
function measureDistance({ before, now, input }: Both): Measured | undefined {
  const { rule, expected } = input;
  if (before.kept === undefined || now.kept === undefined) return undefined;
  const unseen = sameWithin * scaleOf(before.kept, before.standardDeviation);
  const distance = distributionDistance(before.kept, now.kept, unseen);
  const chance = distanceByChance(before.kept.length, now.kept.length, errorPerLook);
  const limit = rule.mayDifferBy + (expected?.distance ?? 0);
  const within = distance <= limit;
  const surely = !(distance - chance <= limit);
  const { state, doubt } = judge(within, surely, ", but in so few requests it may be chance");
  return {
    state,
    ...finite({ value: distance, limit }),
    explanation: `The distributions of the canary's predictions and of ${whereSeen(input)}'s are ${formatNumber(distance)} apart, ${formatNumber(rule.mayDifferBy)}${describeExpected(expected?.distance)} is allowed${doubt}.`,
  };
}

/** Whether the canary predicts as what it is compared with does: in the mean, in spread and, where it is known, in distribution. */
export function checkPredictions(input: CanaryInput): CanaryCheck {
  const name = "predictions";
  const { reference, canary } = input;
  const [before, now] = [reference.predictions, canary.predictions];
  // Numbers are judged where both have them: of two classes some clients ask for labels alone.
  if ((reference.classes ?? canary.classes) && (!before || !now)) return checkClasses(input);
  if (!before || !now) {
    const track = now ? whereSeen(input) : "the canary";
    return { name, state: "lacking", explanation: `There is no prediction on ${track} yet.` };
  }
  const counts = [independentOf(reference, before), independentOf(canary, now)] as const;
  const both: Both = { before, now, counts, input };
  const distance = measureDistance(both);
  const worst = worstOf([measureMean(both), measureSpread(both), ...(distance ? [distance] : [])]);
  return { name, ...worst };
}

/**
 * How far the canary's predictions for copied requests are from stable's for the same rows, as a share of how far stable's predictions for
 * different rows are from each other. Only pairs show a model whose predictions are right in distribution and wrong for each row.
 */
export function checkPairs({ reference, canary, rule, expected }: CanaryInput): CanaryCheck | undefined {
  const { pairs } = canary;
  if (pairs === undefined) return undefined;
  const name = "pairs";
  const { predictions, classes } = reference;
  const isOfClasses = predictions === undefined && classes !== undefined;
  const chance = isOfClasses ? classDifference(classes) : meanDifference(predictions?.kept ?? []);
  const means = isOfClasses
    ? `The canary and stable predict different classes for ${formatNumber(100 * pairs.meanAbsoluteDifference)} % of the same rows`
    : `For the same rows the canary and stable differ by ${formatNumber(pairs.meanAbsoluteDifference)} on average`;
  if (!(chance.mean > 0)) {
    return {
      name,
      state: "not-measurable",
      explanation: `${means}; stable's predictions do not vary, so that this has no scale.`,
    };
  }
  const value = pairs.meanAbsoluteDifference / chance.mean;
  const error = Math.hypot(
    pairs.standardDeviation / Math.sqrt(pairs.count) / chance.mean,
    (value * chance.error) / chance.mean,
  );
  const limit = rule.mayDisagreeBy + (expected?.disagreement ?? 0);
  const within = value <= limit;
  const surely = !(value - sureness * error <= limit);
  const { state, doubt } = judge(within, surely, ", but in so few copies it may be chance");
  return {
    name,
    state,
    ...finite({ value, limit }),
    explanation: `${means}, ${formatNumber(value)} times as much as stable's predictions for different rows do; ${formatNumber(rule.mayDisagreeBy)}${describeExpected(expected?.disagreement)} is allowed${doubt}.`,
  };
}
