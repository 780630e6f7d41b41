import type { NumberSummary } from "../base/number-summary";
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

/** How a CSV file is written that is known to be sound. */
export interface CsvFacts {
  readonly columns: number;
  readonly delimiter: string;
  /** Whether it is compressed by gzip. */
  readonly gzip: boolean;
}

/** Rows of files. */
export interface FileRows {
  /** What follows FROM. */
  readonly from: string;
  /** Number of a row, from 1, in the order of the files, as an expression in a SELECT from them alone. */
  readonly rowNumber: string;
}

/**
 * Where the data work happens. The SQL written for it keeps to what engines share, and takes the rest from their
 * dialect; what SQL is slow at is computed in this process from blocks of doubles.
 */
export interface SqlEngine {
  /** What it is called in the lineage of a model. */
  readonly name: string;
  readonly dialect: SqlDialect;
  /** Whether rows are in this process, which then is as near to them as the engine; else what can be computed where they are should be. */
  readonly isEmbedded: boolean;
  /** Its version, for the lineage of a model. */
  version(): Promise<string>;
  /**
   * Runs a statement for its effect. `changes: false` says that no relation that was there has other rows or values afterwards, so
   * that blocks that were kept stay.
   */
  run(sql: string, options?: { readonly changes?: boolean }): Promise<void>;
  /** All rows of a result; for small results. */
  rows(sql: string): Promise<SqlRow[]>;
  /** Number of rows of a relation (what follows FROM). */
  count(from: string): Promise<number>;
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
   * The rows of a CSV file (RFC 4180 but for its delimiter, header line): columns c0, c1, ... of text, in which an empty field is NULL.
   */
  csvRows(file: string, facts: CsvFacts): Promise<FileRows>;
  /** The rows of Parquet files as one table with columns matched by name; `names` are those of the first file. */
  parquetRows(files: readonly string[], names: readonly string[]): Promise<FileRows>;
  /** Names of a Parquet file's columns as the file has them. */
  parquetNames(file: string): Promise<string[]>;
  /** Writes the rows of a query, in their order, as a Parquet file. */
  writeParquet(query: string, file: string): Promise<void>;
  close(): Promise<void>;
}

/** An engine that is in this process: it also takes numbers from here, and does what is done with files alone. */
export interface EmbeddedEngine extends SqlEngine {
  readonly isEmbedded: true;
  /** A SELECT of the columns of two relations with as many rows each, by their order. */
  besideEachOther(one: string, other: string): string;
  /** Number of a row, from 1, of a view that was filled, as an expression. */
  readonly rowNumber: string;
  /**
   * Makes a view of doubles that come in blocks of rows, by column (as SQL names it), in their order, with flat memory; a view of that
   * name is replaced. NaN stays NaN. Gives the number of rows. Blocks may come from `blocks` of the same engine. `rowNumber` names a
   * further column with the number of the row, from 1; `changes` is that of `run`.
   */
  fill(
    table: string,
    columns: readonly string[],
    blocks: AsyncIterable<readonly Float64Array[]>,
    options?: { readonly changes?: boolean; readonly rowNumber?: string },
  ): Promise<number>;
  /**
   * Says that a relation has the columns of a view that was filled, by the same names, and as many rows in the same order. Their blocks
   * are then those that the view was filled from, until a table changes.
   */
  shareBlocks(table: string, relation: string): void;
  /**
   * Values of columns in some rows, by their numbers from 0, of a view that was filled or a relation that shares its blocks; of each column
   * a list. Undefined where one of the columns is not known in that way.
   */
  filledValues(
    relation: string,
    columns: readonly string[],
    rows: readonly number[],
  ): Float64Array[] | undefined;
  /** Makes a table of a column of a view that was filled, of 1 and 0, as truth values: statements read it in a fraction of the time. `changes` is that of `run`. */
  tabulate(
    view: string,
    column: string,
    options: { readonly table: string; readonly changes?: boolean },
  ): Promise<void>;
  /**
   * What was found of a column's numbers while a view was filled with them, or a relation's that shares its blocks; undefined where
   * that is not known.
   */
  summaryOf(relation: string, column: string): NumberSummary | undefined;
  /**
   * Writes the rows of a query, in their order, as a CSV file (RFC 4180) below a header line that is given, as it may
   * have names that the engine could not tell apart. NULL is an empty field.
   */
  writeCsv(query: string, file: string, header: string): Promise<void>;
}

export function isEmbedded(engine: SqlEngine): engine is EmbeddedEngine {
  return engine.isEmbedded;
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
