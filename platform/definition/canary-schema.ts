import { z } from "zod";
import { closedObject } from "./closed-object";

const fraction = z.number().min(0).max(1);

/** How a release goes to all traffic, and what takes it back. */
export const canarySchema = closedObject({
  /** Share of traffic, in percent, of each stage before the last, which is always 100. */
  weights: z.array(z.number().int().min(1).max(99)).min(1).default([10, 50]),
  /** Requests each track must have answered before a stage is judged. */
  minRequests: z.number().int().min(1).default(50),
  /** How much larger the canary's share of failed, or of refused, requests may be than stable's, 0..1; 0.02 more is found. */
  mayFailMoreBy: fraction.default(0.01),
  /** How many times as long as stable's the canary's answers may take; 1.2 times that is found. */
  mayBeSlowerBy: z.number().min(1).default(1.25),
  /** So many milliseconds more are always allowed. */
  latencyToleranceMs: z.number().min(0).default(5),
  /** Largest shift of the mean prediction, in standard deviations of stable's predictions; twice that is found. */
  mayShiftBy: z.number().positive().default(0.25),
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
