import type { Arithmetic } from "../base/arithmetic";

/** A number that is made of columns, and not one of them. */
export interface ColumnNumber {
  /** `<column>.<what it is>` */
  readonly name: string;
  /** The columns that it is made of, that whose number it is first. */
  readonly of: readonly string[];
  /** Over those: a date as seconds since 1970, a category as its text. */
  readonly expression: Arithmetic;
}
