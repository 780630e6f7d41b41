import { z } from "zod";
import { deviationsBetweenQuartiles, nearestRank } from "../base/quantile";
import { distributionDistance, meanDifference } from "./distribution-distance";

/** How one model's predictions lie to another's for the same rows. */
export const predictionShiftSchema = z.object({
  /** How much higher on average, in standard deviations of the other's. */
  mean: z.number(),
  /** How many times as far from each other, by the quartiles. */
  spread: z.number().positive(),
  /** Between the distributions, 0..1; what is nearly the same counts as the same. */
  distance: z.number().min(0).max(1),
  /** Mean absolute difference for a row, as a share of the other's between different rows. */
  disagreement: z.number().min(0),
});

export type PredictionShift = Readonly<z.output<typeof predictionShiftSchema>>;

/**
 * Predictions that differ by less than this many standard deviations are the same: any two models differ a little for a row, and a row
 * that many clients ask for would make a distance of that.
 */
export const sameWithin = 0.25;

const betweenQuartiles = (rising: readonly number[]): number =>
  nearestRank(rising, 0.75) - nearestRank(rising, 0.25);

/** The scale of predictions, which a heavy tail does not stretch: by the quartiles, unless most are one value. */
export function scaleOf(rising: readonly number[], standardDeviation: number): number {
  const byQuartiles = betweenQuartiles(rising) / deviationsBetweenQuartiles;
  return byQuartiles > 0 ? byQuartiles : standardDeviation;
}

/** The shift from one model's predictions to another's, row by row; undefined where the first do not vary, and so have no scale. */
export function predictionShift(before: Float64Array, now: Float64Array): PredictionShift | undefined {
  const count = before.length;
  const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value / count, 0);
  const [was, is] = [mean(before), mean(now)];
  const deviation = Math.sqrt(before.reduce((sum, value) => sum + (value - was) ** 2 / count, 0));
  const [old, young] = [before, now].map((values) => Array.from(values).sort((a, b) => a - b)) as [
    number[],
    number[],
  ];
  const shift = {
    mean: (is - was) / deviation,
    spread: betweenQuartiles(young) / betweenQuartiles(old),
    distance: distributionDistance(old, young, sameWithin * scaleOf(old, deviation)),
    disagreement:
      before.reduce((sum, value, row) => sum + Math.abs(value - (now[row] ?? NaN)) / count, 0) /
      meanDifference(old).mean,
  };
  return predictionShiftSchema.safeParse(shift).data;
}
