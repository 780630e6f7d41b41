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
