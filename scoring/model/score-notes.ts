/** When what happened to a scored request, in milliseconds of `performance.now()`, and how much it was. */
export class ScoreNotes {
  rows = 0;
  /** It asked for a place. */
  askedAt = 0;
  /** The model began. */
  startedAt = 0;
  /** The model ended. */
  endedAt = 0;
}
