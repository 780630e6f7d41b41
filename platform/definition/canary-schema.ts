import { z } from "zod";
import { closedObject } from "./closed-object";

const fraction = z.number().min(0).max(1);

/** How a release goes to all traffic, and what takes it back. */
export const canarySchema = closedObject({
  /** Share of traffic, in percent, of each stage before the last, which is always 100. */
  weights: z.array(z.number().int().min(1).max(99)).min(1).default([10, 50]),
  /** Requests each track must have answered before a stage is judged. */
  minRequests: z.number().int().min(1).default(50),
  /** How much larger the canary's share of failed requests may be than stable's, 0..1. */
  mayFailMoreBy: fraction.default(0.01),
  /** How many times stable's 95th percentile of latency the canary's may be. */
  mayBeSlowerBy: z.number().min(1).default(2),
  /** A difference of the 95th percentile of latency below this many milliseconds is never judged. */
  latencyToleranceMs: z.number().min(0).default(25),
  /** Largest shift of the mean prediction, in standard deviations of stable's predictions. */
  mayShiftBy: z.number().positive().default(0.5),
  /** By which factor the standard deviation of the predictions may be larger or smaller. */
  mayVaryBy: z.number().min(1).default(2),
  /** Largest distance between the distribution functions of predictions, 0..1. */
  mayDifferBy: fraction.default(0.2),
  /**
   * Shadow: largest mean difference to stable for the same rows, as a share of that between stable's predictions for different
   * rows: 0 of the same model, about 1 of one whose predictions have nothing to do with the rows.
   */
  mayDisagreeBy: z.number().positive().default(0.5),
  /** Share of requests copied to the candidate before it answers any, in percent; 0 skips the shadow stage. */
  shadowPercent: z.number().int().min(0).max(100).default(0),
});
