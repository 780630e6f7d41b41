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

/** A fitted model: intercept plus the sum of its terms; for a classification the log-odds of the positive class. */
export interface LinearParameters {
  readonly signature: Signature;
  readonly intercept: number;
  /** In the order of the signature's inputs. */
  readonly terms: readonly Term[];
}
