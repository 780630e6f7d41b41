/** What a trial of the nightly run did and found. */
export interface Outcome {
  /** What was done to the product: `12 kills`. */
  readonly done: string;
  /** What it did meanwhile: `4,310 requests, 0 failed`. */
  readonly found: string;
  /** In words, what should not be; nothing when all is as it should. */
  readonly faults: readonly string[];
}

export interface Trial {
  readonly name: string;
  /** It has an end of its own, so that it has no share of the time. */
  readonly takesItsTime?: boolean;
  /** Goes on for about so many milliseconds, in an empty folder. */
  run(folder: string, durationMs: number): Promise<Outcome>;
}

export const count = (value: number): string => value.toLocaleString("en-GB");

/** Those of some faults that did happen: each a number with its words. */
export function faultsOf(found: Readonly<Record<string, number>>): string[] {
  return Object.entries(found)
    .filter(([, times]) => times > 0)
    .map(([what, times]) => `${count(times)} ${what}`);
}
