import { predictionIntervalSchema } from "./prediction-interval";
import { z } from "zod";
import { digestSchema } from "../base/stored-record";
import { predictionShiftSchema } from "./prediction-shift";
import { metricNames } from "../definition/metric-names";

/**
 * Held-out rows with a model's predictions for them. Regression: the target and the prediction. Two classes:
 * 1 for the positive class, else 0, and the probability of the positive class. More classes: the position of the row's class, and
 * row by row the probabilities of all.
 */
export interface ScoredRows {
  readonly actual: Float64Array;
  readonly predicted: Float64Array;
  /** How many classes there are, where they are more than two. */
  readonly classes?: number;
  /** Two classes: the probability above which a row is called positive; 0.5 where it is not said. */
  readonly threshold?: number;
  /** What each row counts, not negative; all count the same when there are none. */
  readonly weights?: Float64Array;
}

const count = z.number().int().min(0);
const numbers = z.array(z.number()).readonly();

/** Metrics of one model; one that cannot be computed is absent. */
export const metricsSchema = z.partialRecord(z.enum(metricNames), z.number());

const points = z.array(z.tuple([z.number(), z.number()]).readonly()).readonly();

const curvesSchema = z.object({
  /** False and true positive rate. */
  roc: points.exactOptional(),
  /** Recall and precision. */
  precisionRecall: points.exactOptional(),
  /** Mean predicted probability and share of positive rows of (up to) ten groups. */
  calibration: points,
  /** Rows by actual class and by the label that they were given. */
  confusion: z.object({
    truePositives: count,
    falsePositives: count,
    trueNegatives: count,
    falseNegatives: count,
  }),
});

/** What plots show of a classification's scores. */
export type Curves = Readonly<z.output<typeof curvesSchema>>;

const share = z.number().exactOptional();

const classResultsSchema = z.object({
  /** Rows by actual class (outer) and by the label that they were given (inner), in the order of the classes. */
  confusion: z.array(z.array(count).readonly()).readonly(),
  /** Each class against the rest; curves are of those with most rows. */
  classes: z
    .array(
      z.object({
        name: z.string(),
        rows: count,
        precision: share,
        recall: share,
        f1: share,
        auc: share,
        /** False and true positive rate. */
        roc: points.exactOptional(),
        /** Recall and precision. */
        precisionRecall: points.exactOptional(),
      }),
    )
    .readonly(),
});

/** What was measured of each of more than two classes. */
export type ClassResults = Readonly<z.output<typeof classResultsSchema>>;

const ofModel = z.object({
  metrics: metricsSchema,
  /** The probability above which it calls a row positive, where that was chosen. */
  threshold: z.number().min(0).max(1).exactOptional(),
  /** Of intervals that are to hold the targets of a share of rows (`coverage`), the share that they hold (`covered`). */
  intervals: z.intersection(predictionIntervalSchema, z.object({ covered: z.number() })).exactOptional(),
});

/** `evaluation.json` of a run: what was measured on the held-out rows. */
export const evaluationSchema = z.object({
  task: z.enum(["regression", "classification"]),
  /** Held-out rows that were measured: those that no model in the comparison was trained on. */
  rows: count,
  candidate: ofModel,
  champion: ofModel.extend({ model: z.string() }).exactOptional(),
  /** Rows of a regression for plots, at most 2,000, evenly spaced. */
  sample: z
    .object({ actual: numbers, candidate: numbers, champion: numbers.exactOptional() })
    .exactOptional(),
  /** Curves of two classes, of all rows; the evaluations of earlier versions lack them. */
  curves: z.object({ candidate: curvesSchema, champion: curvesSchema.exactOptional() }).exactOptional(),
  /** The same of more classes. */
  classes: z
    .object({ candidate: classResultsSchema, champion: classResultsSchema.exactOptional() })
    .exactOptional(),
});

export type Evaluation = Readonly<z.output<typeof evaluationSchema>>;

/** Bounds of a value, and how often they hold it: 0.95. */
export const intervalSchema = z.object({ level: z.number(), low: z.number(), high: z.number() });
const resampledSchema = intervalSchema.extend({ resamples: count });

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
    "breaks-clients",
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
  interval: resampledSchema.exactOptional(),
  /** How much worse the champion is on these rows than on those of its registration; only where these are new to it. */
  championFall: z.object({ registered: z.number(), interval: resampledSchema }).exactOptional(),
  /** How the candidate's predictions lie to the champion's on these rows; only where it is surely better, and has no more than two classes. */
  shift: predictionShiftSchema.exactOptional(),
  /** Changes of the input by which requests are refused that the champion answers, and what accepts each. */
  breaking: z
    .array(z.object({ column: z.string(), change: z.string(), acceptedBy: z.string().exactOptional() }))
    .readonly()
    .exactOptional(),
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
        interval: resampledSchema.exactOptional(),
        judged: z.boolean(),
        holds: z.boolean(),
      }),
    )
    .readonly(),
});

export type PromotionDecision = Readonly<z.output<typeof promotionDecisionSchema>>;
