import { PlatformError } from "../../base/errors";
import { delimiterNames, type Delimiter } from "./csv-delimiter";
import { CsvGrammar, type CsvFault } from "./csv-grammar";
import { doubtOfName } from "./other-formats";

/** Faults named in a message; the others are counted. */
const maxFaults = 5;
/** Bytes in one row. A longer one is nearly always a quote that was never closed. */
export const longestRow = 1_000_000;

/**
 * Counts the rows of a CSV file and keeps what is wrong with its structure, by row. Feed it the bytes of a file in order,
 * then call `end`.
 */
export class CsvScanner {
  /** Data rows completed so far; the header is not counted. */
  rows = 0;
  /** Length of the header with its line end, once it is known. */
  headerBytes: number | undefined;
  private readonly grammar: CsvGrammar;
  /** Of the bytes pushed last, where the row begins that is being read; negative when that was earlier. */
  private rowStart = 0;
  private pushed = 0;
  private expectedFields: number | undefined;
  private emptyRow: number | undefined;
  private faultCount = 0;
  private lastFault = "";
  private readonly faults: string[] = [];

  constructor(
    private readonly file: string,
    private readonly delimiter: Delimiter = ",",
  ) {
    this.grammar = new CsvGrammar(
      { row: (fields, next) => this.endRow(fields, next), fault: (fault) => this.fault(fault) },
      delimiter,
    );
  }

  /** Whether a field in quotes has a control character: a line end, a tab or the like. */
  get hasQuotedControl(): boolean {
    return this.grammar.hasQuotedControl;
  }

  /** Whether a row below the header begins with what is pushed next. */
  get isAtRow(): boolean {
    return this.headerBytes !== undefined && this.grammar.isAtRow;
  }

  /** Counts rows that are sound, which were read elsewhere. The scanner must be at a row, and is so afterwards. */
  pass(rows: number): void {
    if (rows > 0) this.endEmptyRows();
    this.rows += rows;
  }

  /** Throws DATA_INVALID at a row that is too long to be one. */
  push(bytes: Uint8Array): void {
    this.rowStart -= this.pushed;
    this.pushed = bytes.length;
    this.grammar.push(bytes);
    this.refuseLongRow(bytes.length);
  }

  /** Ends the file; throws DATA_INVALID with every fault that was met. */
  end(): void {
    this.grammar.end();
    if (this.faultCount === 0) return;
    const more = this.faultCount - this.faults.length;
    const delimiters = delimiterNames[this.delimiter];
    throw new PlatformError(
      "DATA_INVALID",
      `${this.file} is not a well-formed CSV file: ${this.faults.join("; ")}${more > 0 ? `; and ${more} more` : ""}. ` +
        `Every row has the fields of the header, separated by ${delimiters}; a field with a ${delimiters.slice(0, -1)}, a quote or a line break ` +
        `stands in double quotes, with quotes inside it doubled. Correct the rows (the header is not counted).${doubtOfName(this.file)}`,
    );
  }

  private endRow(fields: number, next: number): void {
    this.refuseLongRow(next - 1);
    this.headerBytes ??= next - this.rowStart;
    this.rowStart = next;
    if (this.expectedFields === undefined) {
      this.expectedFields = Math.max(fields, 1);
      return;
    }
    if (fields === 0) {
      // Empty lines at the end of a file are no rows.
      this.emptyRow ??= this.rows + 1;
      return;
    }
    this.endEmptyRows();
    if (fields !== this.expectedFields) {
      const found = `${fields} field${fields === 1 ? "" : "s"}`;
      this.keepFault(`${this.currentRow} has ${found}, the header ${this.expectedFields}`);
    }
    this.rows += 1;
  }

  /** Empty lines before a row are faults. */
  private endEmptyRows(): void {
    if (this.emptyRow !== undefined) this.keepFault(`row ${this.emptyRow} is empty`);
    this.emptyRow = undefined;
  }

  private get currentRow(): string {
    return this.expectedFields === undefined ? "the header" : `row ${this.rows + 1}`;
  }

  private fault(fault: CsvFault): void {
    // It has no rows after it that could be judged.
    if (fault === "has a quote that is never closed") this.refuseOpenQuote();
    this.keepFault(`${this.currentRow} ${fault}`);
  }

  private keepFault(fault: string): void {
    if (fault === this.lastFault) return;
    this.lastFault = fault;
    if (this.faults.length < maxFaults) this.faults.push(fault);
    this.faultCount += 1;
  }

  /** `end`: of the row, or of the part of it that was read. */
  private refuseLongRow(end: number): void {
    if (end - this.rowStart <= longestRow) return;
    if (this.grammar.isQuoted) this.refuseOpenQuote();
    throw new PlatformError(
      "DATA_INVALID",
      `${this.file}: ${this.currentRow} is longer than ${longestRow} bytes. Rows are short lines of text; check that the file is a CSV file and that its lines end with a line feed.`,
    );
  }

  private refuseOpenQuote(): never {
    throw new PlatformError(
      "DATA_INVALID",
      `${this.file}: a quote opened in ${this.currentRow} is never closed. A quoted field ends with a double quote, and quotes inside it are doubled; close or remove it.`,
    );
  }
}
