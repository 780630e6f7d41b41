import { z } from "zod";
import { digestSchema } from "../base/stored-record";
import { metricNames } from "../definition/metric-names";

/**
 * Held-out rows with a model's predictions for them. Regression: the target and the prediction. Classification:
 * 1 for the positive class, else 0, and the probability of the positive class.
 */
export interface ScoredRows {
  readonly actual: Float64Array;
  readonly predicted: Float64Array;
  /** What each row counts, not negative; all count the same when there are none. */
  readonly weights?: Float64Array;
}

const count = z.number().int().min(0);
const numbers = z.array(z.number()).readonly();

/** Metrics of one model; one that cannot be computed is absent. */
export const metricsSchema = z.partialRecord(z.enum(metricNames), z.number());

/** `evaluation.json` of a run: what was measured on the held-out rows. */
export const evaluationSchema = z.object({
  task: z.enum(["regression", "classification"]),
  /** Held-out rows that were measured: those that no model in the comparison was trained on. */
  rows: count,
  candidate: z.object({ metrics: metricsSchema }),
  champion: z.object({ model: z.string(), metrics: metricsSchema }).exactOptional(),
  /** The first held-out rows (at most 2,000), for plots. */
  sample: z.object({ actual: numbers, candidate: numbers, champion: numbers.exactOptional() }),
});

export type Evaluation = Readonly<z.output<typeof evaluationSchema>>;

const intervalSchema = z.object({ level: z.number(), low: z.number(), high: z.number(), resamples: count });

/** `decision.json` of a run: whether the candidate may be registered, and why. */
export const promotionDecisionSchema = z.object({
  promote: z.boolean(),
  /** Stable name of the reason, for machines. */
  reason: z.enum([
    "no-champion",
    "better",
    "champion-fell",
    "not-better",
    "uncertain",
    "below-floor",
    "worse-slice",
    "metric-missing",
    "one-label",
    "too-few-unseen",
    "champion-incompatible",
    "champion-unmeasured",
    "evaluation-off",
  ]),
  /** The reason in a sentence, with numbers. */
  explanation: z.string(),
  metric: z.enum(metricNames),
  candidate: z.number().exactOptional(),
  champion: z.object({ model: z.string(), value: z.number().exactOptional() }).exactOptional(),
  /** How much better the candidate is (positive = better), in units of the metric. */
  improvement: z.number().exactOptional(),
  minImprovement: z.number(),
  /** Paired bootstrap interval of the improvement. */
  interval: intervalSchema.exactOptional(),
  /** How much worse the champion is on these rows than on those of its registration; only where these are new to it. */
  championFall: z.object({ registered: z.number(), interval: intervalSchema }).exactOptional(),
  /** Earlier decisions on the same held-out rows: the more, the luckier the best of them. */
  earlierDecisions: count.exactOptional(),
  /** Held-out rows that were measured. */
  rows: count,
  /** Held-out rows that were not, as the champion was trained on them. */
  leftOut: count.exactOptional(),
  /** Digest of what tells the measured rows from others; decisions with the same one were made on the same rows. */
  heldOut: digestSchema.exactOptional(),
  floors: z
    .array(
      z.object({
        metric: z.enum(metricNames),
        bound: z.number(),
        value: z.number().exactOptional(),
        holds: z.boolean(),
      }),
    )
    .readonly(),
  slices: z
    .array(
      z.object({
        column: z.string(),
        value: z.string(),
        rows: count,
        candidate: z.number().exactOptional(),
        champion: z.number().exactOptional(),
        /** Positive = worse than the champion. */
        worseBy: z.number().exactOptional(),
        /** Of `worseBy`, at a level that allows for all groups judged. */
        interval: intervalSchema.exactOptional(),
        judged: z.boolean(),
        holds: z.boolean(),
      }),
    )
    .readonly(),
});

export type PromotionDecision = Readonly<z.output<typeof promotionDecisionSchema>>;
