import { PlatformError } from "../base/errors";

const quote = 0x22;
const comma = 0x2c;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Faults named in a message; the others are counted. */
const maxFaults = 5;
/** Bytes in one row. A longer one is nearly always a quote that was never closed. */
const longestRow = 1_000_000;

const inFieldStart = 0;
const inField = 1;
const inQuotes = 2;
const afterQuote = 3;

/**
 * Follows the structure of a CSV file (RFC 4180, separated by commas) byte by byte and keeps what is wrong with
 * it, by row. Feed it the bytes of a file in order, then call `end`.
 */
export class CsvScanner {
  /** Data rows completed so far; the header is not counted. */
  rows = 0;
  /** Length of the header with its line end, once it is known. */
  headerBytes: number | undefined;
  private state = inFieldStart;
  private fields = 1;
  private expectedFields: number | undefined;
  private pendingReturn = false;
  private blankRow: number | undefined;
  private rowBytes = 0;
  private faultCount = 0;
  private lastFault = "";
  private readonly faults: string[] = [];

  constructor(private readonly file: string) {}

  push(bytes: Uint8Array): void {
    let rowStart = -this.rowBytes;
    for (let index = 0; index < bytes.length; index++) {
      const byte = bytes[index];
      if (this.pendingReturn && byte !== lineFeed) {
        this.pendingReturn = false;
        this.fault("has a carriage return without a line feed");
      }
      if (this.state === inQuotes) {
        if (byte === quote) this.state = afterQuote;
      } else if (byte === comma) {
        this.fields++;
        this.state = inFieldStart;
      } else if (byte === lineFeed) {
        this.endRow();
        this.headerBytes ??= index + 1 - rowStart;
        rowStart = index + 1;
      } else if (byte === carriageReturn) {
        this.pendingReturn = true;
      } else if (byte === quote) {
        this.openQuote();
      } else {
        if (this.state === afterQuote) this.fault("has text after a closing quote");
        this.state = inField;
      }
      if (index - rowStart > longestRow) this.refuseLongRow();
    }
    this.rowBytes = bytes.length - rowStart;
  }

  /** Ends the file; throws DATA_INVALID with every fault that was met. */
  end(): void {
    if (this.state === inQuotes) this.refuseOpenQuote();
    if (this.pendingReturn) this.fault("has a carriage return without a line feed");
    if (this.rowBytes > 0) this.endRow();
    if (this.faultCount === 0) return;
    const more = this.faultCount - this.faults.length;
    throw new PlatformError(
      "DATA_INVALID",
      `${this.file} is not a well-formed CSV file: ${this.faults.join("; ")}${more > 0 ? `; and ${more} more` : ""}. ` +
        `Every row has the fields of the header, separated by commas; a field with a comma, a quote or a line break ` +
        `stands in double quotes, with quotes inside it doubled. Correct the rows (the header is not counted).`,
    );
  }

  private openQuote(): void {
    if (this.state === inField) this.fault("has a quote inside a field that does not start with one");
    else this.state = inQuotes;
  }

  private endRow(): void {
    const blank = this.fields === 1 && this.state === inFieldStart;
    if (this.blankRow !== undefined && !blank) {
      this.faultAt(this.blankRow, "is empty");
      this.blankRow = undefined;
    }
    if (this.expectedFields === undefined) {
      this.expectedFields = this.fields;
    } else if (blank) {
      // Empty lines at the end of a file are no rows.
      this.blankRow ??= this.rows + 1;
    } else {
      if (this.fields !== this.expectedFields) {
        this.fault(
          `has ${this.fields} field${this.fields === 1 ? "" : "s"}, the header ${this.expectedFields}`,
        );
      }
      this.rows++;
    }
    this.fields = 1;
    this.state = inFieldStart;
    this.pendingReturn = false;
  }

  private fault(what: string): void {
    this.faultAt(this.expectedFields === undefined ? 0 : this.rows + 1, what);
  }

  private faultAt(row: number, what: string): void {
    const fault = `${row === 0 ? "the header" : `row ${row}`} ${what}`;
    if (fault === this.lastFault) return;
    this.lastFault = fault;
    if (this.faults.length < maxFaults) this.faults.push(fault);
    this.faultCount++;
  }

  private refuseLongRow(): void {
    if (this.state === inQuotes) this.refuseOpenQuote();
    throw new PlatformError(
      "DATA_INVALID",
      `${this.file}: row ${this.rows + 1} is longer than ${longestRow} bytes. Rows are short lines of text; check that the file is a CSV file and that its lines end with a line feed.`,
    );
  }

  private refuseOpenQuote(): never {
    const where = this.expectedFields === undefined ? "the header" : `row ${this.rows + 1}`;
    throw new PlatformError(
      "DATA_INVALID",
      `${this.file}: a quote opened in ${where} is never closed. A quoted field ends with a double quote, and quotes inside it are doubled; close or remove it.`,
    );
  }
}
