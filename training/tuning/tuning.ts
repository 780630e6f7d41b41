import { z } from "zod";
import { metricNames } from "../../platform/definition/metric-names";

const settingsSchema = z.record(z.string(), z.union([z.number(), z.boolean(), z.string()]));

/** `tuning.json` of a run: what was tried on folds of the training rows, and what came of it. */
export const tuningSchema = z.object({
  metric: z.enum(metricNames),
  folds: z.number().int().min(2),
  /** Of the folds, and of what is drawn at random. */
  seed: z.number().int(),
  /** Settings of the definition's trainer before. */
  before: z.looseObject({ kind: z.string() }),
  candidates: z
    .array(
      z.object({
        settings: settingsSchema,
        /** The metric of each fold; absent where it was not defined, or the candidate could not be fitted. */
        scores: z.array(z.number()).exactOptional(),
        mean: z.number().exactOptional(),
        /** Standard error of the mean over the folds. */
        standardError: z.number().exactOptional(),
        /** Why it has no mean. */
        fault: z.string().exactOptional(),
      }),
    )
    .min(1),
  /** Position of the best candidate. */
  best: z.number().int().min(0),
});

export type Tuning = Readonly<z.output<typeof tuningSchema>>;
export type TunedCandidate = Tuning["candidates"][number];
