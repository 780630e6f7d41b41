import { doubleBytes, growTo, instantiate, type Memory } from "./workplace";
import { powersOfTen, exactPowersOfTen } from "./powers-of-ten";

/** What assembly/csv.ts exports; places are bytes from the start of the memory. */
interface CsvKernels {
  readRows(
    text: number,
    delimiter: number,
    fields: number,
    longest: number,
    places: number,
    columns: number,
    stride: number,
    from: number,
    maxRows: number,
    powers: number,
    entries: number,
    maxEntries: number,
  ): void;
  readonly foundRows: { readonly value: number };
  readonly nextRow: { readonly value: number };
  readonly untold: { readonly value: number };
}

/** Column, row, first byte and the one behind the last. */
const entryWords = 4;

/** How rows are written, and what is read of them. */
export interface CsvLayout {
  readonly delimiter: string;
  /** Into which column the numbers of a field go, from 0; -1 where they are not wanted. As many as a row has fields. */
  readonly places: Int32Array;
  /** Bytes of a row at most. */
  readonly longestRow: number;
}

/** A field of which the kernel does not tell the number: another program has to. */
export interface UntoldField {
  readonly column: number;
  readonly row: number;
  /** Its bytes in the text, with quotes if it has any. */
  readonly start: number;
  readonly end: number;
}

/**
 * Reads sound rows of CSV out of pieces of text into columns of numbers, which lie in the memory of a module of its own: so many rows of
 * each, which are there until they are read over.
 */
export class CsvRowReader {
  private readonly memory: Memory;
  private readonly run: CsvKernels;
  private readonly powers: number;
  private readonly columns: number;
  private readonly places: number;
  private entries = 0;
  private text = 0;
  private textBytes = 0;
  private layout: CsvLayout | undefined;

  constructor(
    readonly columnCount: number,
    private readonly capacity: number,
  ) {
    const { memory, exports } = instantiate<CsvKernels>();
    this.memory = memory;
    this.run = exports;
    const [table, exact] = [powersOfTen(), exactPowersOfTen()];
    this.powers = 0;
    this.columns = (table.length + exact.length) * doubleBytes;
    this.places = this.columns + columnCount * capacity * doubleBytes;
    growTo(this.memory, this.places);
    new BigUint64Array(memory.buffer).set(table);
    new Float64Array(memory.buffer).set(exact, table.length);
  }

  /** Says how the rows are written that come now. */
  begin(layout: CsvLayout): void {
    this.layout = layout;
    this.entries = this.places + layout.places.byteLength;
    this.text = this.entries + 4 * entryWords * this.maxEntries(layout);
    growTo(this.memory, this.text);
    new Int32Array(this.memory.buffer).set(layout.places, this.places / 4);
  }

  /** Room for the entries of a row at least. */
  private maxEntries({ places }: CsvLayout): number {
    return places.length + this.capacity;
  }

  /** Takes a text, in whose bytes `read` counts. */
  load(text: Uint8Array): void {
    growTo(this.memory, this.text + text.length + 1);
    const bytes = new Uint8Array(this.memory.buffer);
    bytes.set(text, this.text);
    bytes[this.text + text.length] = 0;
    this.textBytes = text.length;
  }

  /**
   * Reads rows from byte `at` of the text on, as far as they are sound, into the rows from `row` on: how many there are, where the next
   * one begins, and the fields whose numbers are not told, which are NaN. An empty field is NaN, too.
   */
  read(
    at: number,
    row: number,
  ): { readonly rows: number; readonly next: number; readonly untold: readonly UntoldField[] } {
    const { layout, run, text, capacity } = this;
    if (layout === undefined || at >= this.textBytes) return { rows: 0, next: at, untold: [] };
    run.readRows(
      text + at,
      layout.delimiter.charCodeAt(0),
      layout.places.length,
      layout.longestRow,
      this.places,
      this.columns,
      capacity * doubleBytes,
      row,
      capacity - row,
      this.powers,
      this.entries,
      this.maxEntries(layout),
    );
    return { rows: run.foundRows.value, next: run.nextRow.value - text, untold: this.untoldFields() };
  }

  private untoldFields(): UntoldField[] {
    const count = this.run.untold.value;
    if (count === 0) return [];
    const words = new Int32Array(this.memory.buffer, this.entries, entryWords * count);
    return Array.from({ length: count }, (_, index) => {
      const [column = 0, row = 0, start = 0, end = 0] = words.subarray(entryWords * index);
      return { column, row, start: start - this.text, end: end - this.text };
    });
  }

  /** Some of the first rows, by column. */
  rows(count: number): Float64Array[] {
    return Array.from(
      { length: this.columnCount },
      (_, column) =>
        new Float64Array(this.memory.buffer, this.columns + column * this.capacity * doubleBytes, count),
    );
  }
}
