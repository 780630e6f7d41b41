import { latencyShares, type Answers, type TrackSample } from "../../platform/release/deployment";
import type { SeenPredictions } from "../../platform/release/seen-predictions";
import { nearestRank } from "../../platform/base/quantile";

/** Latencies and predictions kept: the last ones, so that memory stays flat however long a track runs. */
const keptValues = 4096;
/** Predictions in a sample: enough to tell distributions apart, few enough for a status. */
const shownPredictions = 500;

/** Classes that are counted, so that memory is bounded whatever a model says. */
const maxClasses = 10_000;

/** What became of one request to a track. */
export interface Outcome {
  /** Answered with 5xx, or not at all. */
  readonly failed: boolean;
  /** Refused for what is in it. */
  readonly refused?: boolean;
  /** Whether it was, although stable answers the same request; undefined where stable was not asked. */
  readonly refusedAlone?: boolean;
  /** A test of our own. */
  readonly isTest?: boolean;
  /** Time until the whole answer was there, in milliseconds. */
  readonly latencyMs: number;
  /** Predictions in the answer: numbers, or classes. */
  readonly predictions: SeenPredictions;
  /** Stable's predictions for the same rows, when this was a copy of a request that stable answered. */
  readonly shadowOf?: SeenPredictions;
}

/** The last values of many. */
class LastValues {
  private readonly values = new Float64Array(keptValues);
  private count = 0;
  /** Those that were there when it was last asked, how many had come until then, and which have made way for others since. */
  private rising = new Float64Array();
  private known = 0;
  private gone: number[] = [];

  add(value: number): void {
    const at = this.count % keptValues;
    if (this.count >= keptValues && this.gone.length < keptValues) this.gone.push(this.values[at] ?? NaN);
    this.values[at] = value;
    this.count += 1;
  }

  /** The values that are kept, rising. */
  sorted(): Float64Array {
    const length = Math.min(this.count, keptValues);
    const fresh = this.count - this.known;
    // A canary is looked at after each few requests: sorting all again was half of what a simulated release takes.
    if (fresh < keptValues) {
      const rest = without(this.rising, Float64Array.from(this.gone).sort());
      this.rising = merged(rest, this.last(fresh).sort());
    }
    if (fresh >= keptValues || this.rising.length !== length) this.rising = this.last(length).sort();
    [this.known, this.gone] = [this.count, []];
    return this.rising;
  }

  /** The last of them, in any order. */
  private last(count: number): Float64Array<ArrayBuffer> {
    const values = new Float64Array(count);
    for (let back = 0; back < count; back++)
      values[back] = this.values[(this.count - 1 - back) % keptValues] ?? NaN;
    return values;
  }
}

/** A rising list without what another one has of it. */
function without(all: Float64Array, gone: Float64Array): Float64Array {
  if (gone.length === 0) return all;
  const rest = new Float64Array(all.length);
  let [length, next] = [0, 0];
  for (let at = 0; at < all.length; at++) {
    const value = all[at] ?? NaN;
    if (value === gone[next]) next += 1;
    else rest[length++] = value;
  }
  return rest.subarray(0, length);
}

/** Two rising lists as one. */
function merged(one: Float64Array, other: Float64Array): Float64Array<ArrayBuffer> {
  const all = new Float64Array(one.length + other.length);
  let taken = 0;
  for (let at = 0; at < all.length; at++) {
    const rest = at - taken;
    const isOne = rest >= other.length || (taken < one.length && (one[taken] ?? NaN) <= (other[rest] ?? NaN));
    all[at] = (isOne ? one[taken++] : other[rest]) ?? NaN;
  }
  return all;
}

/** Mean and squared distances from it, updated by Welford's recurrence (Technometrics 4, 1962). */
class Moments {
  count = 0;
  mean = 0;
  private squares = 0;

  add(value: number): void {
    this.count += 1;
    const distance = value - this.mean;
    this.mean += distance / this.count;
    this.squares += distance * (value - this.mean);
  }

  /** The population's (divided by the count). */
  get standardDeviation(): number {
    return Math.sqrt(this.squares / this.count);
  }
}

/** Counts how requests ended. */
class AnswerCounts {
  private requests = 0;
  private failures = 0;
  private refusals = 0;
  private refusedAlone: number | undefined;

  record({ failed, refused = false, refusedAlone }: Outcome): void {
    this.requests += 1;
    if (failed) this.failures += 1;
    if (refused) this.refusals += 1;
    if (refusedAlone !== undefined) this.refusedAlone = (this.refusedAlone ?? 0) + Number(refusedAlone);
  }

  answers(): Answers {
    const { requests, failures, refusals, refusedAlone } = this;
    return {
      requests,
      failures,
      ...(refusals > 0 && { refusals }),
      ...(refusedAlone !== undefined && { refusedAlone }),
    };
  }
}

/** Counts what one track does. Its memory is bounded. */
export class TrackSampler {
  private readonly all = new AnswerCounts();
  private readonly tests = new AnswerCounts();
  private answered = 0;
  private shadowed = 0;
  private readonly latencies = new LastValues();
  private readonly predictions = new Moments();
  private readonly kept = new LastValues();
  private readonly classes = new Map<string, number>();
  private readonly differences = new Moments();

  record(outcome: Outcome): void {
    const { failed, refused = false, latencyMs, predictions, shadowOf } = outcome;
    this.all.record(outcome);
    if (outcome.isTest) this.tests.record(outcome);
    if (shadowOf !== undefined) this.shadowed += 1;
    // A refusal takes no time worth comparing.
    if (failed || refused || outcome.refusedAlone === true) return;
    this.latencies.add(latencyMs);
    // Predictions of one request are alike, so it counts once. The requests take turns, so that rows in any order count alike.
    const one = predictions[this.answered++ % predictions.length];
    if (typeof one === "number") {
      this.predictions.add(one);
      this.kept.add(one);
    } else if (one !== undefined && (this.classes.has(one) || this.classes.size < maxClasses)) {
      this.classes.set(one, (this.classes.get(one) ?? 0) + 1);
    }
    if (shadowOf?.length !== predictions.length || predictions.length === 0) return;
    this.differences.add(differenceOf(predictions, shadowOf));
  }

  /** The sample so far. */
  sample(): TrackSample {
    const latencies = this.latencies.sorted();
    const { predictions, differences, shadowed } = this;
    const tests = this.tests.answers();
    return {
      ...this.all.answers(),
      ...(tests.requests > 0 && { tests }),
      ...(shadowed > 0 && { shadowed }),
      ...(differences.count > 0 && {
        pairs: {
          count: differences.count,
          meanAbsoluteDifference: differences.mean,
          standardDeviation: differences.standardDeviation,
        },
      }),
      ...(latencies.length > 0 && {
        latencyMs: {
          p50: nearestRank(latencies, 0.5),
          p95: nearestRank(latencies, 0.95),
          p99: nearestRank(latencies, 0.99),
        },
        latencyQuantiles: latencyShares.map((share) => ({ share, ms: nearestRank(latencies, share) })),
      }),
      ...(predictions.count > 0 && {
        predictions: {
          count: predictions.count,
          mean: predictions.mean,
          standardDeviation: predictions.standardDeviation,
          kept: thinned(this.kept.sorted()),
        },
      }),
      ...(this.classes.size > 0 && {
        classes: Array.from(this.classes, ([name, count]) => ({ name, count })),
      }),
    };
  }
}

/** Mean difference of predictions for the same rows: of numbers the absolute one, of classes 1 where they are others. */
function differenceOf(predictions: SeenPredictions, others: SeenPredictions): number {
  let sum = 0;
  predictions.forEach((value, row) => {
    const other = others[row];
    const isNumber = typeof value === "number" && typeof other === "number";
    sum += isNumber ? Math.abs(value - other) : value === other ? 0 : 1;
  });
  return sum / predictions.length;
}

/** Of rising values, so many at even ranks: their distribution is that of all to within one rank. */
function thinned(rising: Float64Array): number[] {
  const shown = Math.min(rising.length, shownPredictions);
  const values: number[] = [];
  for (let index = 0; index < shown; index++) values.push(nearestRank(rising, (index + 0.5) / shown));
  return values;
}
