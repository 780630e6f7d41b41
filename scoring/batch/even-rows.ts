import { open, stat, type FileHandle } from "node:fs/promises";
import path from "node:path";
import { PlatformError } from "../../platform/base/errors";
import { withTemporaryFolder } from "../../platform/base/files";
import { findDelimiter, type Delimiter } from "../../platform/data/csv/csv-delimiter";
import { CsvGrammar } from "../../platform/data/csv/csv-grammar";
import { readCsvRows } from "../../platform/data/csv/csv-rows";
import { isGzip, readBytes } from "../../platform/data/csv/text-stream";

/** Rows with the wrong number of fields that are kept in memory; a file with more of them is refused as a whole. */
const maxUneven = 100_000;
/** Bytes in one row: as many as a file of data may have. */
const longestRow = 1_000_000;
/** Bytes by which the delimiter is found, as for data. */
const startBytes = 1 << 16;

/** Why rows of a file cannot be scored, by their numbers from 1: they have not the fields of the header. */
export type UnevenRows = ReadonlyMap<number, string>;

/** A quoted field of a CSV file; quotes even where there is nothing, as an empty line is no row. */
const quotedField = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/**
 * Copies a CSV file row by row, each of which then has the fields of the header: what is missing is empty, what is too much is cut off.
 * It stops at whatever else is wrong with the file.
 */
class EveningCopy {
  readonly uneven = new Map<number, string>();
  rows = 0;
  /** Whether something other than a number of fields is wrong. */
  isUnsound = false;
  private readonly grammar: CsvGrammar;
  private width: number | undefined;
  /** Empty lines of which it is not known yet whether rows follow them: at the end of a file they are no rows. */
  private emptyLines: number[] = [];
  /** The row that was begun before, and the bytes after it; in it, where the latter begin, and what is copied, and read. */
  private bytes: Buffer = Buffer.alloc(0);
  private pushedAt = 0;
  private copied = 0;
  private rowStart = 0;
  private parts: Buffer[] = [];

  constructor(private readonly delimiter: Delimiter) {
    this.grammar = new CsvGrammar(
      { row: (fields, next) => this.endRow(fields, next), fault: () => (this.isUnsound = true) },
      delimiter,
    );
  }

  /** Takes the next bytes of the file; gives those of the copy that are known by then. */
  push(next: Buffer): Buffer {
    const begun = this.bytes.subarray(this.rowStart);
    this.isUnsound ||= begun.length > longestRow;
    this.bytes = Buffer.concat([begun, next]);
    this.pushedAt = begun.length;
    [this.copied, this.rowStart] = [0, 0];
    this.grammar.push(next);
    return this.takeCopied();
  }

  end(): Buffer {
    this.grammar.end();
    return this.takeCopied();
  }

  private takeCopied(): Buffer {
    this.copyTo(this.rowStart);
    return Buffer.concat(this.parts.splice(0));
  }

  private copyTo(end: number): void {
    this.parts.push(this.bytes.subarray(this.copied, end));
    this.copied = end;
  }

  private endRow(fields: number, next: number): void {
    const [start, end] = [this.rowStart, this.pushedAt + next];
    this.rowStart = end;
    if (this.width === undefined) {
      this.width = Math.max(fields, 1);
    } else if (fields === 0) {
      this.isUnsound ||= this.emptyLines.push(this.grammar.line) > maxUneven;
      this.replace(start, end);
    } else {
      for (const line of this.emptyLines.splice(0)) this.keepUneven(start, `Line ${line} is empty.`, []);
      if (fields === this.width) {
        this.rows += 1;
        return;
      }
      const found = `${fields} field${fields === 1 ? "" : "s"}`;
      const reason = `Line ${this.grammar.line} has ${found}. The header has ${this.width}, and so has every row.`;
      this.keepUneven(start, reason, this.fieldsOf(this.bytes.toString("utf8", start, end)));
      this.replace(start, end);
    }
  }

  /** Leaves out what is in the file from here to there. */
  private replace(start: number, end: number): void {
    if (this.copied < start) this.copyTo(start);
    this.copied = end;
  }

  /** Puts a row of the header's width in the place of one that has another, before what begins at `start`. */
  private keepUneven(start: number, reason: string, fields: readonly string[]): void {
    this.rows += 1;
    this.uneven.set(this.rows, reason);
    this.isUnsound ||= this.uneven.size > maxUneven;
    if (this.copied < start) this.copyTo(start);
    const even = Array.from({ length: this.width ?? 1 }, (_, index) => quotedField(fields[index] ?? ""));
    this.parts.push(Buffer.from(`${even.join(this.delimiter)}\n`));
  }

  private fieldsOf(row: string): string[] {
    let found: string[] = [];
    readCsvRows(row, {
      delimiter: this.delimiter,
      onRow: (fields) => (found = fields),
      onFault: () => (this.isUnsound = true),
    });
    return found;
  }
}

const byteOrderMark = Buffer.from("\ufeff");

/** Writes the copy; nothing where the rows are not the only fault, or none of them has the fields of the header. */
async function copyEven(
  file: string,
  columns: readonly string[],
  target: FileHandle,
): Promise<UnevenRows | undefined> {
  let copy: EveningCopy | undefined;
  for await (const chunk of readBytes(file, await isGzip(file))) {
    const isFirst = copy === undefined;
    const bytes = isFirst && chunk.subarray(0, 3).equals(byteOrderMark) ? chunk.subarray(3) : chunk;
    copy ??= new EveningCopy(findDelimiter(bytes.toString("utf8", 0, startBytes), columns));
    await target.write(copy.push(bytes));
    if (copy.isUnsound) return undefined;
  }
  if (copy === undefined) return undefined;
  await target.write(copy.end());
  const { uneven, rows, isUnsound } = copy;
  return isUnsound || uneven.size === 0 || uneven.size === rows ? undefined : uneven;
}

/**
 * Opens a file as a table. Where that fails, and all that is wrong with a CSV file is rows with more or fewer fields than the header, opens a
 * copy in which they have as many, and says which they are; any other failure is thrown as it was.
 */
export async function withEvenRows<Opened, Result>(
  file: string,
  columns: readonly string[],
  openFile: (file: string) => Promise<Opened>,
  work: (opened: Opened, uneven: UnevenRows) => Promise<Result>,
): Promise<Result> {
  let opened: Opened;
  try {
    opened = await openFile(file);
  } catch (fault) {
    if (!(fault instanceof PlatformError) || fault.code !== "DATA_INVALID") throw fault;
    if (!(await stat(file)).isFile()) throw fault;
    return withTemporaryFolder("mlops-even-", async (folder) => {
      const place = path.join(folder, "rows.csv");
      const target = await open(place, "w");
      const uneven = await copyEven(file, columns, target).finally(() => target.close());
      if (uneven === undefined) throw fault;
      const even = await openFile(place).catch(() => {
        throw fault;
      });
      return work(even, uneven);
    });
  }
  return work(opened, new Map());
}
