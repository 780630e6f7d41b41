import { closeSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import path from "node:path";
import { systemErrorCode } from "../base/errors";

/** Rows of a block, but for the last one of a relation. */
export const blockRows = 4096;
/** Bytes of a block of one column. */
export const columnBytes = blockRows * Float64Array.BYTES_PER_ELEMENT;

/** A column of a relation in a file of blocks. */
export interface StoredColumn {
  readonly file: number;
  /** Bytes of a block with all columns of the file, and where in it the column begins. */
  readonly blockBytes: number;
  readonly offset: number;
}

/** Whether a stored column lies behind another in their file, or neither is stored. */
function lieTogether(one: StoredColumn | undefined, other: StoredColumn | undefined): boolean {
  return one?.file === other?.file && (one?.offset ?? 0) + columnBytes === (other?.offset ?? columnBytes);
}

/** Columns of a block that lie one after the other, so that they are read and written all at once. */
export function adjacentColumns(columns: number): Float64Array[] {
  const all = new Float64Array(columns * blockRows);
  return Array.from({ length: columns }, (_, at) => all.subarray(at * blockRows, (at + 1) * blockRows));
}

/** Whether a column begins where another, which is full, ends. */
function follows(before: Float64Array | undefined, { buffer, byteOffset }: Float64Array): boolean {
  return (
    before?.buffer === buffer && byteOffset === before.byteOffset + columnBytes && before.length === blockRows
  );
}

/** Runs of columns that lie one after the other, here and there: the place of the first, and their numbers as one list. */
export function* runsOf(
  columns: readonly Float64Array[],
  isNextThere: (place: number) => boolean = () => true,
): Generator<readonly [place: number, numbers: Float64Array]> {
  for (let first = 0, next = 1; first < columns.length; first = next++) {
    const start = columns[first] ?? new Float64Array();
    let length = start.length;
    for (; next < columns.length; next++) {
      const column = columns[next] ?? new Float64Array();
      if (!follows(columns[next - 1], column) || !isNextThere(next)) break;
      length += column.length;
    }
    yield [first, next === first + 1 ? start : new Float64Array(start.buffer, start.byteOffset, length)];
  }
}

/** A relation's columns by their expressions. */
interface StoredRelation {
  /** How often it was read. */
  readings: number;
  rows: number | undefined;
  readonly columns: Map<string, StoredColumn>;
}

/** One reading of a relation: what of it is stored already, and what may be, block by block. */
export interface StoredReading {
  /** Rows, where all columns are stored. */
  readonly rows: number | undefined;
  /** Whether a column is stored, by its place among those asked for. */
  readonly isStored: readonly boolean[];
  /** Fills in those columns of a block (from 0) that are stored. */
  read(block: number, columns: readonly Float64Array[]): void;
  /** Keeps the others. */
  write(block: number, columns: readonly Float64Array[]): void;
  /** Says that all blocks were written, of so many rows; without it they are forgotten. */
  keep(rows: number): void;
  /** Says that no more is read or written. */
  close(): void;
}

/**
 * Blocks of doubles as they came from an engine, in files without names: reading them there takes a tenth of the time of asking the
 * engine again. A relation is stored when it is read for the second time, as most are read once, or at once where it is known that it will
 * be. Whoever changes a table clears the store.
 */
export class BlockStore {
  private readonly relations = new Map<string, StoredRelation>();
  private readonly files = new Set<number>();
  /** Columns of blocks that were read into and are free, by their number: made anew, they would be cleared and collected each time. */
  private readonly free = new Map<number, Float64Array[]>();
  private open = 0;
  private made = 0;

  constructor(private readonly folder: string) {}

  /** Columns of a block, with whatever was in them, until they are given back. */
  takeColumns(columns: number): Float64Array[] {
    const free = this.free.get(columns);
    this.free.delete(columns);
    return free ?? adjacentColumns(columns);
  }

  giveBack(columns: Float64Array[]): void {
    this.free.set(columns.length, columns);
  }

  /** Begins to read expressions over a relation; `again` says that it will be read again. */
  begin(
    columns: readonly string[],
    from: string,
    { again = false }: { readonly again?: boolean } = {},
  ): StoredReading {
    this.open += 1;
    const relation = this.relations.get(from) ?? {
      readings: 0,
      rows: undefined,
      columns: new Map<string, StoredColumn>(),
    };
    this.relations.set(from, relation);
    relation.readings += 1;
    const stored = columns.map((column) => relation.columns.get(column));
    const others = columns.flatMap((_, place) => (stored[place] ? [] : [place]));
    let file = (again || relation.readings > 1) && others.length > 0 ? this.makeFile() : undefined;
    const blockBytes = others.length * columnBytes;
    return {
      rows: others.length === 0 ? relation.rows : undefined,
      isStored: stored.map((column) => column !== undefined),
      read(block, values) {
        for (const [place, target] of runsOf(values, (next) => lieTogether(stored[next - 1], stored[next]))) {
          const column = stored[place];
          if (column === undefined) continue;
          readSync(column.file, target, 0, target.byteLength, block * column.blockBytes + column.offset);
        }
      },
      write: (block, values) => {
        if (file === undefined) return;
        try {
          for (const [at, place] of others.entries()) {
            const source = values[place];
            if (source) writeSync(file, source, 0, source.byteLength, block * blockBytes + at * columnBytes);
          }
        } catch (error) {
          // There is no room: then nothing is stored.
          if (!["ENOSPC", "EDQUOT", "EFBIG"].includes(systemErrorCode(error) ?? "")) throw error;
          this.remove(file);
          file = undefined;
        }
      },
      keep: (rows) => {
        if (file === undefined || this.relations.get(from) !== relation) return;
        relation.rows = rows;
        for (const [at, place] of others.entries())
          relation.columns.set(columns[place] ?? "", { file, blockBytes, offset: at * columnBytes });
        file = undefined;
      },
      close: () => {
        if (file !== undefined) this.remove(file);
        this.open -= 1;
        this.removeUnused();
      },
    };
  }

  /**
   * Has columns of a relation read from another's file, which stays until the store is cleared: the relation has as many rows, in the same
   * order. Where it is known to have another number of rows, nothing changes.
   */
  share(from: string, rows: number, columns: ReadonlyMap<string, StoredColumn>): void {
    const relation = this.relations.get(from) ?? {
      readings: 0,
      rows,
      columns: new Map<string, StoredColumn>(),
    };
    if ((relation.rows ?? rows) !== rows) return;
    relation.rows = rows;
    for (const [name, column] of columns) relation.columns.set(name, column);
    this.relations.set(from, relation);
  }

  /** Forgets all: a table may have changed. What is being read stays until it has been. */
  clear(): void {
    this.relations.clear();
    this.removeUnused();
  }

  private removeUnused(): void {
    if (this.open > 0 || this.relations.size > 0) return;
    for (const file of this.files) this.remove(file);
  }

  private makeFile(): number {
    const place = path.join(this.folder, `blocks-${this.made++}`);
    const file = openSync(place, "wx+", 0o600);
    this.files.add(file);
    // Without a name it is gone with the process. Windows removes it with the folder.
    if (process.platform !== "win32") rmSync(place);
    return file;
  }

  private remove(file: number): void {
    this.files.delete(file);
    closeSync(file);
  }
}
