import type { TrackSample } from "../../platform/release/deployment";
import { nearestRank } from "../../platform/base/quantile";

/** Latencies kept: the last ones, so that memory stays flat however long a track runs. */
const keptLatencies = 4096;

/** What became of one request to a track. */
export interface Outcome {
  /** Answered with 5xx, or not at all. */
  readonly failed: boolean;
  /** Time until the whole answer was there, in milliseconds. */
  readonly latencyMs: number;
  /** Predictions in the answer; probabilities of the positive class, for a classification. */
  readonly predictions: readonly number[];
  /** Stable's predictions for the same rows, when this was a copy of a request that stable answered. */
  readonly shadowOf?: readonly number[];
}

/** Counts what one track does. Its memory is bounded. */
export class TrackSampler {
  private requests = 0;
  private failures = 0;
  private shadowed = 0;
  private readonly latencies = new Float64Array(keptLatencies);
  private answered = 0;
  private count = 0;
  private mean = 0;
  /** Sum of squared distances from the mean, updated by Welford's recurrence (Technometrics 4, 1962). */
  private squares = 0;
  private differences = 0;
  private compared = 0;

  record({ failed, latencyMs, predictions, shadowOf }: Outcome): void {
    this.requests += 1;
    if (shadowOf !== undefined) this.shadowed += 1;
    if (failed) {
      this.failures += 1;
      return;
    }
    this.latencies[this.answered % keptLatencies] = latencyMs;
    this.answered += 1;
    for (const prediction of predictions) this.addPrediction(prediction);
    if (shadowOf?.length !== predictions.length) return;
    predictions.forEach((prediction, row) => {
      this.differences += Math.abs(prediction - (shadowOf[row] ?? NaN));
    });
    this.compared += predictions.length;
  }

  /** The sample so far. The standard deviation is the population's (divided by the count). */
  sample(): TrackSample {
    const sorted = this.latencies.slice(0, Math.min(this.answered, keptLatencies)).sort();
    const { count, mean, squares, compared, shadowed } = this;
    return {
      requests: this.requests,
      failures: this.failures,
      ...(shadowed > 0 && { shadowed }),
      ...(compared > 0 && { meanAbsoluteDifference: this.differences / compared }),
      ...(sorted.length > 0 && {
        latencyMs: {
          p50: nearestRank(sorted, 0.5),
          p95: nearestRank(sorted, 0.95),
          p99: nearestRank(sorted, 0.99),
        },
      }),
      ...(count > 0 && {
        predictions: { count, mean, standardDeviation: Math.sqrt(squares / count) },
      }),
    };
  }

  private addPrediction(prediction: number): void {
    this.count += 1;
    const distance = prediction - this.mean;
    this.mean += distance / this.count;
    this.squares += distance * (prediction - this.mean);
  }
}
