/** A request of our own: a test's, which the prediction log marks, or a copy whose answer nobody uses, which it leaves out. */
export type RequestMark = "test" | "shadow";

/** Whether a request says something of its track: not one that a client has sent there itself, which would choose how it is judged. */
export function isSampled({
  mark,
  isChosen,
}: {
  mark?: RequestMark | undefined;
  isChosen?: boolean;
}): boolean {
  return isChosen !== true || mark === "test";
}

/** The moments of a scored request, in milliseconds of `performance.now()`, and its size. */
export class ScoreNotes {
  rows = 0;
  /** When it asked to be scored. */
  askedAt = 0;
  /** When the model began. */
  startedAt = 0;
  /** When the model ended. */
  endedAt = 0;
}
