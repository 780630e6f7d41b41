import type { Signature } from "../model/signature";

/** A number, after imputation and standardisation: coefficient × ((x ?? imputation) − mean) / scale. */
export interface NumberTerm {
  readonly kind: "number";
  readonly column: string;
  /** Median of the training rows; absent when the column is not nullable: a missing value then has no prediction. */
  readonly imputation?: number;
  readonly mean: number;
  /** Population standard deviation; 1 for a constant column. */
  readonly scale: number;
  readonly coefficient: number;
}

/** A boolean as 0 or 1, not standardised. */
export interface BooleanTerm {
  readonly kind: "boolean";
  readonly column: string;
  readonly coefficient: number;
}

/** A category: one coefficient per known value; an unknown value contributes nothing. */
export interface CategoryTerm {
  readonly kind: "category";
  readonly column: string;
  /** Most frequent value of the training rows; absent when the column is not nullable. */
  readonly imputation?: string;
  readonly values: readonly string[];
  /** In the order of `values`. */
  readonly coefficients: readonly number[];
}

export type Term = NumberTerm | BooleanTerm | CategoryTerm;

/** Intercept plus the sum of terms. */
export interface LinearPredictor {
  readonly intercept: number;
  /** In the order of what the signature's inputs become. */
  readonly terms: readonly Term[];
}

/** A fitted model with one predictor: what is predicted, or the log-odds of the positive class of two. */
export interface LinearParameters extends LinearPredictor {
  readonly signature: Signature;
  /** Where it is there, the sum is the natural logarithm of what is predicted. */
  readonly link?: "log";
}

/** A fitted model of more than two classes: the softmax of its predictors are the classes' probabilities. */
export interface MultinomialParameters {
  readonly signature: Signature;
  /** In the order of the signature's classes; all have the same terms, but for coefficients. */
  readonly predictors: readonly LinearPredictor[];
}
