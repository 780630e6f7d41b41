import type { ColumnDefinition, DataFormat } from "../../definition/definition";
import { CsvRowReader, type UntoldField } from "../../kernels/read-csv-rows";
import { blockRows } from "../../sql/block-store";
import type { Delimiter } from "./csv-delimiter";
import { fieldText } from "./csv-rows";
import { typedValue } from "../values/typed-columns";

/** A column whose numbers are read. */
type NumberColumn = Pick<ColumnDefinition, "name" | "type"> & Partial<Pick<ColumnDefinition, "values">>;

/**
 * Reads the numbers of some columns of CSV files into blocks, of one file after the other. Rows that are sound are read by a kernel, as
 * far as it tells; all others are handed over as fields. What is no number, or too large for one, is NaN, as is what is missing.
 */
export class CsvNumbers {
  readonly names: readonly string[];
  private readonly reader: CsvRowReader;
  private places = new Int32Array();
  private text: Buffer = Buffer.alloc(0);
  private filled = 0;

  constructor(
    private readonly columns: readonly NumberColumn[],
    private readonly format: DataFormat,
  ) {
    this.names = columns.map(({ name }) => name);
    this.reader = new CsvRowReader(columns.length, blockRows);
  }

  /** Begins a file; a column that it lacks is NaN. */
  begin(
    header: readonly string[],
    { delimiter, longestRow }: { readonly delimiter: Delimiter; readonly longestRow: number },
  ): void {
    this.places = Int32Array.from(header, (name) => this.names.indexOf(name));
    for (const values of this.reader.rows(blockRows)) values.fill(NaN, this.filled);
    this.reader.begin({ delimiter, places: this.places, longestRow });
  }

  /** Takes a piece of the file, in whose bytes `read` counts. */
  load(text: Buffer): void {
    this.text = text;
    this.reader.load(text);
  }

  /** Reads sound rows from byte `at` of the piece on, until the block is full: how many, and where the next row begins. */
  read(at: number): { readonly rows: number; readonly next: number } {
    const { rows, next, untold } = this.reader.read(at, this.filled);
    this.filled += rows;
    if (untold.length > 0) this.tell(untold);
    return { rows, next };
  }

  private tell(untold: readonly UntoldField[]): void {
    const values = this.reader.rows(blockRows);
    for (const { column, row, start, end } of untold) {
      const target = values[column];
      if (target) target[row] = this.numberOf(column, fieldText(this.text.toString("utf8", start, end)));
    }
  }

  /** Adds a row of fields without quotes. The block must not be full. */
  addRow(fields: readonly string[]): void {
    const values = this.reader.rows(blockRows);
    this.places.forEach((column, field) => {
      const target = values[column];
      if (target) target[this.filled] = this.numberOf(column, fields[field] ?? "");
    });
    this.filled += 1;
  }

  private numberOf(column: number, text: string): number {
    const number = typedValue(text, this.columns[column], this.format);
    return typeof number === "number" && Number.isFinite(number) ? number : NaN;
  }

  get isFull(): boolean {
    return this.filled === blockRows;
  }

  /** The rows that were read since the last time; they are there until more are. */
  take(): Float64Array[] {
    const { filled } = this;
    this.filled = 0;
    return this.reader.rows(filled);
  }
}
