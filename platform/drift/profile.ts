import type { DatePart } from "../definition/date-parts";

/** What of a date a profile is of. */
export interface DateOrigin {
  readonly column: string;
  readonly part: DatePart;
}

/** A summary of a column of numbers, against which later data is compared. */
export interface NumberProfile {
  readonly type: "number";
  /** Where it is of a number that is made of dates. */
  readonly date?: DateOrigin;
  /** Values that are there; rows are `count + missing`. */
  readonly count: number;
  readonly missing: number;
  /** Absent, as are the next three, when every value is missing; mean and deviation also when they overflow. */
  readonly mean?: number;
  /** Of the population (divided by `count`). */
  readonly standardDeviation?: number;
  readonly min?: number;
  readonly max?: number;
  /** Every value is a whole number. */
  readonly whole?: true;
  /** Of values counted against a reference: those below its least or above its greatest value. */
  readonly outside?: number;
  /** Rising inner edges of the bins; bin i holds edges[i-1] < value <= edges[i], the outer bins are open. */
  readonly edges: readonly number[];
  /** Values per bin, edges.length + 1 of them; missing values are not among them. */
  readonly counts: readonly number[];
}

/** The same for a category or a boolean ("true", "false"). */
export interface CategoryProfile {
  readonly type: "category";
  /** Values that are there; rows are `count + missing`. */
  readonly count: number;
  readonly missing: number;
  /**
   * Occurrences of the hundred most frequent values (equally frequent ones by name). When counted against a
   * reference: of the reference's values that occur, then of the hundred most frequent others.
   */
  readonly values: Readonly<Record<string, number>>;
  /** Occurrences of all further values. */
  readonly other: number;
  /** Of a reference with further values: their names, the most frequent first, so many that there are `maxSeenValues`. */
  readonly seen?: readonly string[];
  /**
   * Occurrences of values that were not seen before. Of a reference: of further values that occur once or are not among the names,
   * which is what to expect of as many new rows (Good and Turing's estimate).
   */
  readonly unseen?: number;
}

export type ColumnProfile = NumberProfile | CategoryProfile;

/** `reference.json` of a model directory: the training rows, per feature, and the model's predictions for them. */
export interface Profile {
  readonly rows: number;
  /** By feature name, in signature order, then the target under its own name. */
  readonly columns: Readonly<Record<string, ColumnProfile>>;
  /** Predictions for the held-out rows: numbers, of two classes the probabilities of the positive one, of more the classes. */
  readonly prediction?: ColumnProfile;
  /** Of a reference: probability that two rows are alike in all features, 0..1; absent where it was not measured. */
  readonly likeRows?: number;
  /** Of a log: how many independent rows tell as much; all when absent. */
  readonly effectiveRows?: number;
}

/** Most values of a category that a profile tells apart. */
export const maxCategoryValues = 100;

/** Most names of a category's values that a reference keeps. */
export const maxSeenValues = 10_000;
