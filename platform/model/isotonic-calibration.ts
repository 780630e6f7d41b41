import { z } from "zod";
import { column, interpolate, type Arithmetic } from "../base/arithmetic";

/** What log-odds are as probabilities: a line through points, level beyond them. */
export const isotonicSchema = z
  .object({
    /** Rising. */
    logOdds: z.array(z.number()).min(2),
    /** Not falling, 0..1. */
    probabilities: z.array(z.number().min(0).max(1)),
  })
  .refine(({ logOdds, probabilities }) => logOdds.length === probabilities.length, "points lack a part");

export type IsotonicCalibration = Readonly<z.output<typeof isotonicSchema>>;

/** The name of the log-odds in the expression. */
export const logOddsName = "log-odds";

const expressions = new WeakMap<IsotonicCalibration, Arithmetic>();

/** The probability of the positive class, over the log-odds. */
export function probabilityOf(calibration: IsotonicCalibration): Arithmetic {
  const known = expressions.get(calibration);
  if (known) return known;
  const { logOdds: at, probabilities: values } = calibration;
  const made: Arithmetic = { op: "line", of: column(logOddsName), at, values };
  expressions.set(calibration, made);
  return made;
}

/** The probabilities of log-odds, by the logistic function unless they are calibrated otherwise. */
export function probabilitiesOf(
  logOdds: Float64Array,
  calibration: IsotonicCalibration | undefined,
): Float64Array {
  if (calibration === undefined) return logOdds.map((sum) => 1 / (1 + Math.exp(-sum)));
  return logOdds.map((sum) => interpolate(sum, calibration.logOdds, calibration.probabilities));
}
