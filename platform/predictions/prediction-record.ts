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

/** Of what JSON has: a number too large to be one is none. */
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

function isValue(value: unknown): boolean {
  return isNumber(value) || typeof value === "string" || typeof value === "boolean" || value === null;
}

function isRow(row: unknown): boolean {
  if (typeof row !== "object" || row === null || Array.isArray(row)) return false;
  // Without a list of its values: this is done with every row.
  for (const name in row) if (!isValue((row as Readonly<Record<string, unknown>>)[name])) return false;
  return true;
}

const isPrediction = (value: unknown): boolean => isNumber(value) || typeof value === "string";
const isProbability = (value: unknown): boolean =>
  isNumber(value) || (Array.isArray(value) && value.every(isNumber));

/** A list, checked by one call for each item: a schema of what is in it takes ten times as long, and a log has millions of rows. */
function listOf<Item>(isItem: (value: unknown) => boolean) {
  return z.custom<Item[]>((value) => Array.isArray(value) && value.every(isItem), "expected a list");
}

const recordSchema = z
  .object({
    id: z.string(),
    time: z.iso.datetime(),
    model: z.string(),
    inputs: listOf<PredictionRecord["inputs"][number]>(isRow),
    outputs: listOf<number | string>(isPrediction),
    probabilities: listOf<number | number[]>(isProbability).exactOptional(),
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
