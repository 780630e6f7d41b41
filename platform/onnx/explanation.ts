/** What each feature adds to each prediction. */
export interface Explanation {
  /**
   * What base and contributions add up to: the prediction, its natural logarithm, the power of it
   * that the signature has as its `transform`, the log-odds of the positive class, those before
   * they are calibrated by levels, or, of more than
   * two classes, the logits, whose softmax are the probabilities.
   */
  readonly scale: "prediction" | "log" | "transformed" | "log-odds" | "uncalibrated" | "logits";
  /** What is predicted before any feature is looked at: a linear model's intercept, the mean of trees; of logits one for each class. */
  readonly base: number | readonly number[];
  /** Names, in signature order. */
  readonly features: readonly string[];
  /** Row-major, rows × features; of logits, rows × features × classes. */
  readonly contributions: Float64Array;
}
