import type { SqlDialect } from "./dialect";

/** A value as an engine returns it; whole numbers come back as `number`. */
export type SqlValue = number | string | boolean | null;
export type SqlRow = Record<string, SqlValue>;

/** A column of a query's result. */
export interface QueryColumn {
  readonly name: string;
  /** Its type, as the engine writes it. */
  readonly type: string;
  /** Whether it holds numbers of 32 bits. */
  readonly singlePrecision: boolean;
  /** Whether it holds whole numbers of up to 64 bits, or numbers of 32 or 64 bits. */
  readonly binaryNumber: boolean;
}

/**
 * Where the data work happens. The SQL written for it keeps to what engines share, and takes the rest from their
 * dialect; what SQL is slow at is computed in this process from blocks of doubles.
 */
export interface SqlEngine {
  /** What it is called in the lineage of a model. */
  readonly name: string;
  readonly dialect: SqlDialect;
  /** Its version, for the lineage of a model. */
  version(): Promise<string>;
  /**
   * Runs a statement for its effect. `changes: false` says that no relation that was there has other rows or values afterwards, so
   * that blocks that were kept stay.
   */
  run(sql: string, options?: { readonly changes?: boolean }): Promise<void>;
  /** All rows of a result; for small results. */
  rows(sql: string): Promise<SqlRow[]>;
  /** The columns that a query would give. */
  columns(query: string): Promise<QueryColumn[]>;
  /** A result in chunks of rows, in order, with flat memory. */
  chunks(sql: string): AsyncIterable<SqlRow[]>;
  /**
   * Expressions over a relation (what follows FROM) as doubles, by column, in blocks of rows; NULL is NaN. In the order of the
   * relation's rows, with flat memory; of no expressions there are no blocks. A block is there until the next one is asked for. `again` says that the relation will be read
   * again, so that its blocks are worth keeping.
   */
  blocks(
    columns: readonly string[],
    from: string,
    options?: { readonly again?: boolean },
  ): AsyncIterable<readonly Float64Array[]>;
  /**
   * Makes a table of doubles from blocks of rows, by column, in their order, with flat memory; one of that name is replaced. NaN stays
   * NaN. Gives the number of rows. Blocks may come from `blocks` of the same engine. `changes` is that of `run`.
   */
  fill(
    table: string,
    columns: readonly string[],
    blocks: AsyncIterable<readonly Float64Array[]>,
    options?: { readonly changes?: boolean },
  ): Promise<number>;
  close(): Promise<void>;
}

/** A quoted identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A quoted string literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A number that every engine reads back to the last bit; a bare 0.1 is a decimal to some. */
export function double(value: number): string {
  return `CAST('${value}' AS DOUBLE)`;
}
