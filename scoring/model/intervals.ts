import { intervalAround, type PredictionInterval } from "../../platform/metrics/prediction-interval";
import type { Signature } from "../../platform/model/signature";
import type { Predictions } from "../../platform/model/table";
import { RequestProblem } from "../problems/problem";

/** What a model's intervals are made of; refused where it has none. */
export function requireInterval(
  { target: { interval } }: Pick<Signature, "target">,
  reference: string,
): PredictionInterval {
  if (interval) return interval;
  throw new RequestProblem(
    "REQUEST_INVALID",
    `${reference} has no prediction intervals: it was trained without. Leave out "intervals".`,
  );
}

/** Per row the least and the greatest target that is to be expected. */
export function intervalsOf(
  { prediction }: Pick<Predictions, "prediction">,
  interval: PredictionInterval,
): [number, number][] {
  return Array.from(prediction as Float64Array, (value) => intervalAround(value, interval));
}
