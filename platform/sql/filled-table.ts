import { closeSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { NumberSummary } from "../base/number-summary";
import { adjacentColumns, blockRows, columnBytes, runsOf, type StoredColumn } from "./block-store";
import { BlockCutter } from "./read-blocks";

/**
 * A table of doubles that was filled from blocks, kept as the blocks of all its columns one after the other: in a file without a name, or
 * in memory where no file may be written.
 */
export class FilledTable {
  rows = 0;
  /** What is known of each column. */
  readonly summaries: readonly NumberSummary[];
  private blocks = 0;
  private readonly cutter: BlockCutter;
  private readonly file: number | undefined;
  private readonly memory: Float64Array[][] = [];

  constructor(
    readonly columns: readonly string[],
    place: string | undefined,
  ) {
    this.cutter = new BlockCutter(adjacentColumns(columns.length));
    this.summaries = columns.map(() => new NumberSummary());
    if (place === undefined) return;
    this.file = openSync(place, "wx+", 0o600);
    // Without a name it is gone with the process. Windows removes it with the folder.
    if (process.platform !== "win32") rmSync(place);
  }

  /** Adds all rows; they come in blocks of any size. Fails as writing a file does. */
  async fill(blocks: AsyncIterable<readonly Float64Array[]>): Promise<void> {
    for await (const block of blocks) {
      const rows = block[0]?.length ?? 0;
      this.rows += rows;
      if (rows === blockRows && this.cutter.isEmpty) {
        this.write(block);
        continue;
      }
      const whole = this.cutter.cut(rows, (into, at, from, count) => {
        for (const [column, target] of into.entries())
          target.set(block[column]?.subarray(from, from + count) ?? [], at);
      });
      for (const values of whole) this.write(values);
    }
    for (const values of this.cutter.rest()) this.write(values);
  }

  private write(values: readonly Float64Array[]): void {
    const { file, blocks } = this;
    this.blocks += 1;
    // They are in the processor's cache now.
    for (const [column, summary] of this.summaries.entries())
      summary.add(values[column] ?? new Float64Array());
    if (file === undefined) {
      this.memory.push(values.map((column) => column.slice()));
      return;
    }
    for (const [column, source] of runsOf(values))
      writeSync(file, source, 0, source.byteLength, this.placeOf(blocks, column));
  }

  /** Puts a block of a column, both counted from 0, into an array of as many rows as a block has. */
  read(block: number, column: number, values: Float64Array): void {
    if (this.file === undefined) values.set(this.memory[block]?.[column] ?? []);
    else readSync(this.file, values, 0, values.byteLength, this.placeOf(block, column));
  }

  /** The blocks of a column, by name; each is there until the next one is asked for. */
  *blocksOf(name: string): Generator<Float64Array> {
    const [column, whole] = [this.columns.indexOf(name), new Float64Array(blockRows)];
    for (let block = 0, before = 0; before < this.rows; block++, before += blockRows) {
      const values = whole.subarray(0, Math.min(blockRows, this.rows - before));
      this.read(block, column, values);
      yield values;
    }
  }

  /** Values of a column, by name, in some rows, from 0. */
  valuesOf(name: string, rows: readonly number[]): Float64Array {
    const [column, values] = [this.columns.indexOf(name), new Float64Array(blockRows)];
    return Float64Array.from(rows, (row) => {
      this.read(Math.floor(row / blockRows), column, values);
      return values[row % blockRows] ?? NaN;
    });
  }

  private placeOf(block: number, column: number): number {
    return (block * this.columns.length + column) * columnBytes;
  }

  /** What is known of a column, by name. */
  summaryOf(name: string): NumberSummary | undefined {
    return this.summaries[this.columns.indexOf(name)];
  }

  /** Where its columns are in its file, by name; undefined where there is none. */
  stored(): ReadonlyMap<string, StoredColumn> | undefined {
    const { file } = this;
    if (file === undefined) return undefined;
    const blockBytes = this.columns.length * columnBytes;
    return new Map(
      this.columns.map((name, column) => [name, { file, blockBytes, offset: column * columnBytes }]),
    );
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file);
  }
}

/** The last block of each column that was read, as rows are mostly asked for in their order. */
interface RecentBlock {
  readonly table: FilledTable;
  readonly column: number;
  block: number;
  values: Float64Array | undefined;
}

/** The columns of filled tables by numbers, through which a statement reads them. */
export class FilledColumns {
  private readonly recent: (RecentBlock | undefined)[] = [];

  /** Gives the number of the first column; the others follow. */
  add(table: FilledTable): number {
    const first = this.recent.length;
    for (const column of table.columns.keys())
      this.recent.push({ table, column, block: -1, values: undefined });
    return first;
  }

  /** Forgets the columns of a table, whose numbers are not given again. */
  remove(table: FilledTable): void {
    for (const [number, column] of this.recent.entries())
      if (column?.table === table) this.recent[number] = undefined;
  }

  /**
   * Puts values of the column with a number into `values`. `rows` has for each the number of its row, from 0, in two words, the lower
   * half first.
   */
  read(number: number, rows: Uint32Array, values: Float64Array): void {
    // Of no rows, not even the column's number is known.
    if (values.length === 0) return;
    const recent = this.recent[number];
    if (recent === undefined) throw new RangeError(`There is no filled column ${number}.`);
    // What is imported costs a call each time.
    const size = blockRows;
    const known = (recent.values ??= new Float64Array(size));
    for (let index = 0; index < values.length; index++) {
      const row = rows[2 * index] ?? 0;
      const block = Math.floor(row / size);
      if (block !== recent.block) {
        recent.table.read(block, recent.column, known);
        recent.block = block;
      }
      values[index] = known[row - block * size] ?? NaN;
    }
  }
}
