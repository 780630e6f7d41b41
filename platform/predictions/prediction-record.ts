import { z } from "zod";

/** One scored request, as the prediction log keeps it: one line of JSON. */
export interface PredictionRecord {
  /** Request id; ground truth that arrives later is joined by it and the row's index. */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** `name:version`. */
  readonly model: string;
  /** Rows by feature name; null = missing. */
  readonly inputs: readonly Readonly<Record<string, number | string | boolean | null>>[];
  /** A prediction per row. */
  readonly outputs: readonly (number | string)[];
  /** Classification: probability of the positive class of two per row; else those of all classes, in their order. */
  readonly probabilities?: readonly (number | readonly number[])[];
  /** Features left out of `inputs` because they may identify a person. */
  readonly redacted?: readonly string[];
  /** From one of our own tests of the service: used neither for drift nor as training data. */
  readonly test?: true;
}

const recordSchema = z
  .object({
    id: z.string(),
    time: z.iso.datetime(),
    model: z.string(),
    inputs: z.array(z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()]))),
    outputs: z.array(z.union([z.number(), z.string()])),
    probabilities: z.array(z.union([z.number(), z.array(z.number())])).exactOptional(),
    redacted: z.array(z.string()).exactOptional(),
    test: z.literal(true).exactOptional(),
  })
  .refine(({ inputs, outputs }) => inputs.length === outputs.length)
  .refine(({ outputs, probabilities }) => (probabilities ?? outputs).length === outputs.length);

/** Reads one line of the prediction log; `undefined` when it is not a whole record. */
export function parsePredictionRecord(line: string): PredictionRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const result = recordSchema.safeParse(value);
  return result.success ? result.data : undefined;
}

/** Two machines' clocks may differ by this much, in milliseconds. */
const clockToleranceMs = 5 * 60_000;

/** Whether a record is dated later than now: the clock of what served it, or of this machine, is wrong. */
export function isDatedAhead({ time }: Pick<PredictionRecord, "time">, now: Date): boolean {
  return Date.parse(time) > now.getTime() + clockToleranceMs;
}
