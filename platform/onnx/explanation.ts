/** What each feature adds to each prediction. */
export interface Explanation {
  /** What base and contributions add up to: the prediction, its natural logarithm, or the log-odds of the positive class. */
  readonly scale: "prediction" | "log" | "log-odds";
  /** What is predicted before any feature is looked at: a linear model's intercept, the mean of trees. */
  readonly base: number;
  /** Names, in signature order. */
  readonly features: readonly string[];
  /** Row-major, rows × features. */
  readonly contributions: Float64Array;
}
