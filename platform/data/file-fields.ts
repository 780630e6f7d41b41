import { stat } from "node:fs/promises";
import path from "node:path";
import type { ColumnDefinition, DataFormat } from "../definition/definition";
import { PlatformError } from "../base/errors";
import { identifier, type SqlEngine } from "../sql/engine";
import { outsideCondition } from "./column-facts";
import { openRows, type TextRows } from "./text-rows";
import { presentTexts, typedRows } from "./typed-rows";
import { whileReading } from "./while-reading";

/** A column as whoever reads fields expects it. */
export type ExpectedColumn = Pick<
  ColumnDefinition,
  "name" | "type" | "nullable" | "values" | "range" | "outside"
>;

/** No names of columns: queries give them beside those. */
export const doubtColumn = "(doubt)";
const presentColumn = (position: number): string => identifier(`(present ${position})`);

const usualFormat: DataFormat = { decimal: ".", missing: [] };

/** The fields of a file or folder, which stays where it is and is read by every query anew. */
export class FileFields {
  readonly format: TextRows["format"];
  readonly header: readonly string[];
  /** Rows, where they are known before reading. */
  readonly rows: number | undefined;

  private constructor(
    private readonly engine: SqlEngine,
    private readonly file: string,
    private readonly text: TextRows,
    private readonly mark: string,
  ) {
    this.format = text.format;
    this.header = text.header;
    this.rows = text.rows;
  }

  /** `columns` are those wanted most. Refuses what cannot be loaded as data. */
  static async open(engine: SqlEngine, columns: readonly string[], file: string): Promise<FileFields> {
    const { text, files } = await openRows(engine, columns, file);
    const parts = files?.map((name) => path.join(file, name)) ?? [file];
    return new FileFields(engine, file, text, await markOf(parts));
  }

  /**
   * A SELECT of `_row` and every field by its position: "f0", "f1", ..., as names that the engine could not tell apart do no harm.
   * A field is the text that it is, or the file's own value when it is to stay `asItIs`.
   */
  all(asItIs = false): string {
    const wanted = this.header.map((name, position) => ({ name, as: `f${position}`, asItIs }));
    return presentTexts(this.engine.dialect, { text: this.text, wanted });
  }

  /**
   * A SELECT of `_row`, of columns by type, and of 1 in `doubtColumn` for a row with a value that may not be as expected, else 0. Such
   * a row has NULL or FALSE where a value is not of its type.
   */
  typed(columns: readonly ExpectedColumn[], format: DataFormat = usualFormat): string {
    const { dialect } = this.engine;
    const present = columns.map(
      ({ name }, position) => `${identifier(name)} IS NOT NULL AS ${presentColumn(position)}`,
    );
    const rows = typedRows(dialect, { text: this.text, columns, format }, present);
    const doubts = columns.flatMap((column, position) => doubtsOf(column, presentColumn(position)));
    const values = columns.map(({ name, type }) =>
      type === "boolean" ? `COALESCE(${identifier(name)}, FALSE) AS ${identifier(name)}` : identifier(name),
    );
    const doubt = `CASE WHEN ${doubts.join(" OR ") || "FALSE"} THEN 1 ELSE 0 END AS ${identifier(doubtColumn)}`;
    return `SELECT ${["_row", ...values, doubt].join(", ")} FROM (${rows}) AS typed`;
  }

  /** Runs what reads the file; what goes wrong then is the file's. Throws DATA_UNREADABLE. */
  reading<T>(read: () => Promise<T>): Promise<T> {
    return whileReading(this.file, read);
  }

  /** Throws DATA_UNREADABLE unless so many rows were there to be read, and the file is still the one that was opened. */
  async requireUnchanged(rows: number): Promise<void> {
    const files = this.mark.split("\n").map((line) => line.slice(line.indexOf(" ") + 1));
    const isSame = (await markOf(files)) === this.mark;
    if (isSame && (this.rows === undefined || this.rows === rows)) return;
    throw new PlatformError(
      "DATA_UNREADABLE",
      `${this.file} changed while it was read. Run again when it is complete.`,
    );
  }
}

/** What of files changes when they are written: a line for each. */
async function markOf(files: readonly string[]): Promise<string> {
  const marks = await Promise.all(
    files.map(async (file) => {
      const { ino, size, mtimeMs } = await stat(file);
      return `${ino}-${size}-${mtimeMs} ${file}`;
    }),
  );
  return marks.join("\n");
}

/** SQL conditions for a row whose value of a column may not be as expected; NULL counts as expected. */
function doubtsOf(column: ExpectedColumn, present: string): string[] {
  const name = identifier(column.name);
  const missing = column.nullable ? `${name} IS NULL AND ${present}` : `${name} IS NULL`;
  const isLimited = column.outside !== "warn" && (column.values ?? column.range) !== undefined;
  return [missing, ...(isLimited ? [outsideCondition(column, name)] : [])];
}
