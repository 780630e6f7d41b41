import type { Metrics } from "./metrics";

/**
 * Held-out rows with a model's predictions for them. Regression: the target and the prediction. Classification:
 * 1 for the positive class, else 0, and the probability of the positive class.
 */
export interface ScoredRows {
  readonly actual: Float64Array;
  readonly predicted: Float64Array;
}

/** `evaluation.json` of a run: what was measured on the held-out rows. */
export interface Evaluation {
  readonly task: "regression" | "classification";
  /** Held-out rows. */
  readonly rows: number;
  readonly candidate: { readonly metrics: Metrics };
  readonly champion?: { readonly model: string; readonly metrics: Metrics };
  /** The first held-out rows (at most 2,000), for plots. */
  readonly sample: {
    readonly actual: readonly number[];
    readonly candidate: readonly number[];
    readonly champion?: readonly number[];
  };
}

/** `decision.json` of a run: whether the candidate may be registered, and why. */
export interface PromotionDecision {
  readonly promote: boolean;
  /** Stable name of the reason, for machines. */
  readonly reason:
    | "no-champion"
    | "better"
    | "not-better"
    | "below-floor"
    | "worse-slice"
    | "metric-missing"
    | "champion-incompatible"
    | "champion-unmeasured"
    | "evaluation-off";
  /** The reason in a sentence, with numbers. */
  readonly explanation: string;
  readonly metric: string;
  readonly candidate?: number;
  readonly champion?: { readonly model: string; readonly value?: number };
  /** How much better the candidate is (positive = better), in units of the metric. */
  readonly improvement?: number;
  readonly leastImprovement: number;
  /** Paired bootstrap interval of the improvement. */
  readonly interval?: {
    readonly level: number;
    readonly low: number;
    readonly high: number;
    readonly resamples: number;
  };
  readonly rows: number;
  readonly floors: readonly {
    readonly metric: string;
    readonly bound: number;
    readonly value?: number;
    readonly holds: boolean;
  }[];
  readonly slices: readonly {
    readonly column: string;
    readonly value: string;
    readonly rows: number;
    readonly candidate?: number;
    readonly champion?: number;
    /** Positive = worse than the champion. */
    readonly worseBy?: number;
    readonly judged: boolean;
    readonly holds: boolean;
  }[];
}
