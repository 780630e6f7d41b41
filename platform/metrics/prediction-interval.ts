import { z } from "zod";

/**
 * Which targets are to be expected around a prediction: those at most `margin` away, in the target's unit, or those at most `factor` times as
 * great or as small. `coverage` is the share of rows whose target lies there, 0..1.
 */
export const predictionIntervalSchema = z.union([
  z.object({ coverage: z.number().gt(0).lt(1), margin: z.number().min(0) }),
  z.object({ coverage: z.number().gt(0).lt(1), factor: z.number().min(1) }),
]);

export type PredictionInterval = Readonly<z.output<typeof predictionIntervalSchema>>;

/** The least and the greatest target that is to be expected. */
export function intervalAround(prediction: number, interval: PredictionInterval): [number, number] {
  if ("margin" in interval) return [prediction - interval.margin, prediction + interval.margin];
  return [prediction / interval.factor, prediction * interval.factor];
}
