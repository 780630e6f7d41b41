import { z } from "zod";
import { trackSampleSchema } from "../../platform/release/deployment";
import { canaryReasons, canaryVerdicts } from "./canary";
import { storedComparisonSchema } from "./comparison";

/** One stage of a canary, with what its verdict was made from. */
export const canaryStageSchema = z.object({
  weight: z.number(),
  /** What the canary was compared with: the stable version, or tests of before while production has none. */
  comparedWith: storedComparisonSchema,
  verdict: z.enum(canaryVerdicts),
  reason: z.enum(canaryReasons),
  explanation: z.string(),
  /** Unsure: whether what was seen is so likely of a harmful canary that it does not pass when its time is over. */
  leansToHarm: z.boolean().exactOptional(),
  reference: trackSampleSchema,
  canary: trackSampleSchema,
});

export type CanaryStage = Readonly<z.output<typeof canaryStageSchema>>;
