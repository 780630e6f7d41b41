/** What was measured of one size of one kind of rows, in a process of its own. */
export interface Measured {
  readonly rows: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** The most memory that the process held, in bytes. */
  readonly peakBytes: number;
  /** Columns that were found to have drifted. */
  readonly drifted: readonly string[];
}

/** Rows of a file, and the time for them, on two cores. */
export const goal = { rows: 10_000_000, seconds: 5 };

/** Memory is flat where several times as many rows take at most so many times as much. */
export const flatWithin = 1.25;

export type Verdict = "met" | "MISSED" | "not judged";

/** Whether the goal's rows, or more, took no longer than they may; of fewer rows a process's own start is too large a part. */
export function verdictOnTime({ rows, seconds }: Pick<Measured, "rows" | "seconds">): Verdict {
  if (rows < goal.rows) return "not judged";
  return seconds <= goal.seconds * (rows / goal.rows) ? "met" : "MISSED";
}

/** Whether more rows took no more memory than fewer. */
export function verdictOnMemory(
  few: Pick<Measured, "peakBytes">,
  many: Pick<Measured, "peakBytes">,
): Verdict {
  return many.peakBytes <= flatWithin * few.peakBytes ? "met" : "MISSED";
}
