import type { CsvNumbers } from "./csv-numbers";
import { readCsvRows } from "./csv-rows";
import type { CsvScanner } from "./csv-scanner";

const lineFeed = 0x0a;

/** The byte behind the line that begins at `at`, or the end of the text. */
function endOfLine(text: Buffer, at: number): number {
  return text.indexOf(lineFeed, at) + 1 || text.length;
}

/** Has a scanner read the header of a file in whose begin it is, and no more: gives the byte of the text behind what it read. */
export function scanHeader(scanner: CsvScanner, text: Buffer): number {
  let at = 0;
  while (at < text.length && scanner.headerBytes === undefined) {
    const end = endOfLine(text, at);
    scanner.push(text.subarray(at, end));
    at = end;
  }
  return at;
}

/**
 * Reads the rows of a file below its header: the numbers of sound rows all at once, and every other row through the scanner, which says
 * what is wrong with it.
 */
export class CsvRowFeeder {
  /** Pieces of the row that the scanner is in. */
  private pieces: Buffer[] = [];

  constructor(
    private readonly scanner: CsvScanner,
    private readonly numbers: CsvNumbers,
    private readonly delimiter: string,
  ) {}

  /** Reads a piece of the file, the one after the other; gives blocks as they become full, each of which is there until the next one. */
  *feed(text: Buffer): Generator<readonly Float64Array[]> {
    const { numbers, scanner } = this;
    numbers.load(text);
    for (let at = 0; at < text.length;) {
      if (scanner.isAtRow) {
        const { rows, next } = numbers.read(at);
        scanner.pass(rows);
        at = next;
      }
      if (!numbers.isFull && at < text.length) at = this.scanLine(text, at);
      if (numbers.isFull) yield numbers.take();
    }
  }

  private scanLine(text: Buffer, at: number): number {
    const end = endOfLine(text, at);
    const line = text.subarray(at, end);
    // Of a row that goes on in the next piece of the file, this one is soon gone.
    this.pieces.push(Buffer.from(line));
    this.scan(() => {
      this.scanner.push(line);
    });
    return end;
  }

  /** Ends the file. */
  end(): void {
    this.scan(() => {
      this.scanner.end();
    });
  }

  /** Adds the row that ends with what is scanned, if one does. */
  private scan(read: () => void): void {
    const { rows } = this.scanner;
    read();
    if (this.scanner.rows > rows) this.numbers.addRow(this.fields());
    if (this.scanner.isAtRow) this.pieces = [];
  }

  private fields(): string[] {
    let fields: string[] = [];
    readCsvRows(Buffer.concat(this.pieces).toString("utf8"), {
      delimiter: this.delimiter,
      onRow: (found) => (fields = found),
      // The scanner reports what is not well-formed.
      onFault: () => undefined,
    });
    return fields;
  }
}
