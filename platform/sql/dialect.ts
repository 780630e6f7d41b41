/**
 * What each engine writes in its own way: SQL made of SQL. All other statements keep to what the engines share, with
 * names in double quotes and texts in single quotes (`identifier`, `literal`); an adapter whose engine has other quotes
 * replaces them before it runs a statement.
 */
export interface SqlDialect {
  /** Condition: the whole text matches a regular expression, which has neither quotes nor backslashes. */
  readonly matches: (text: string, pattern: string) => string;
  /** The text as a double; NULL where it is none. What counts as one besides decimal notation differs. */
  readonly tryDouble: (text: string) => string;
  /**
   * The same for texts without underscores, without "+-" and without white space but spaces, which do not count: of these only decimal
   * notation gives a finite number. Absent where the engine's cast takes still more of them.
   */
  readonly doubleOfPlain?: (text: string) => string;
  /** The text as a value of a type that the engine names; NULL where it is none. */
  readonly tryCast: (text: string, type: string) => string;
  /**
   * Seconds since 1970 (UTC), as a double, of a text that is a date or a time in ISO 8601, with an offset or in UTC; NULL where there
   * is no such day or hour.
   */
  readonly secondsOf: (text: string) => string;
  /** The position (from 0) of a text among texts that are all different; NULL where it is none of them. */
  readonly positionAmong: (text: string, texts: readonly string[]) => string;
  /** The exact median of numbers; of an even count the mean of the two in the middle. */
  readonly median: (number: string) => string;
  /**
   * A hash of numbers and texts as a whole number from 0 to 2^64 - 1: the same for the same values in the same order on every
   * machine and with every version, so that what is told from it may be kept. NULL is a number, or a text, of its own.
   */
  readonly rowHash: (values: { readonly sql: string; readonly isNumber: boolean }[]) => string;
  /** A hash of values that is the same for equal rows, as quick as the engine has one; another version may have another. */
  readonly quickHash: (values: readonly string[]) => string;
  /** The text without spaces of any kind (category Zs of Unicode) around it. */
  readonly trim: (text: string) => string;
  /** Statement that makes a view of a query, in place of one of that name. */
  readonly createView: (name: string, query: string) => string;
  /** A whole number from 0 to 2^64 - 1 in 16 hexadecimal digits. */
  readonly hexadecimal: (number: string) => string;
}
