import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { PageNotRead, ParquetPageReader } from "../../kernels/read-parquet-pages";
import { blockRows } from "../../sql/block-store";
import { readPageHeader, type PageHeader } from "./page-header";
import { readFooter, type ColumnChunk, type RowGroup } from "./parquet-footer";

/** Bytes that most headers of pages fit in, and those that all do. */
const headerBytes = [1024, 256 * 1024] as const;
/** The length of the footer and the four letters behind it. */
const tailBytes = 8;

function bytesAt(file: number, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  if (readSync(file, bytes, 0, length, offset) < length) throw new PageNotRead("a file that is cut off");
  return bytes;
}

function rowGroupsOf(file: number, names: readonly string[]): RowGroup[] {
  const { size } = fstatSync(file);
  if (size < tailBytes) throw new PageNotRead("a file that is cut off");
  const length = bytesAt(file, size - tailBytes, tailBytes).readUInt32LE();
  if (length > size - tailBytes) throw new PageNotRead("a footer longer than its file");
  return readFooter(bytesAt(file, size - tailBytes - length, length), names);
}

/** A chunk of a column in a file that is open, page by page. */
class ChunkPages {
  private at: number;
  private readonly end: number;

  constructor(
    private readonly file: number,
    private readonly chunk: ColumnChunk,
    /** Reads the pages into the column of this number. */
    private readonly into: { readonly reader: ParquetPageReader; readonly column: number },
  ) {
    this.at = chunk.offset;
    this.end = chunk.offset + chunk.bytes;
    into.reader.begin(into.column);
  }

  /** Puts the next numbers into the column's rows from `row` on. */
  take(row: number, count: number): void {
    const { reader, column } = this.into;
    for (let taken = 0; taken < count;) {
      if (reader.left(column) === 0) this.load();
      const some = Math.min(reader.left(column), count - taken);
      reader.take(column, row + taken, some);
      taken += some;
    }
  }

  private load(): void {
    const { file, chunk, into } = this;
    const header = this.header();
    const { headerBytes: before, storedBytes } = header;
    const start = this.at + before;
    if (storedBytes > this.end - start) throw new PageNotRead("a page that ends behind its column");
    if (readSync(file, into.reader.room(storedBytes), 0, storedBytes, start) < storedBytes)
      throw new PageNotRead("a file that is cut off");
    this.at = start + storedBytes;
    into.reader.load(into.column, { ...header, type: chunk.type, isOptional: chunk.isOptional });
  }

  private header(): PageHeader {
    const left = this.end - this.at;
    const [few, many] = headerBytes;
    try {
      return readPageHeader(bytesAt(this.file, this.at, Math.min(few, left)), this.chunk);
    } catch (error) {
      if (!(error instanceof PageNotRead) || left <= few) throw error;
      return readPageHeader(bytesAt(this.file, this.at, Math.min(many, left)), this.chunk);
    }
  }
}

/**
 * The numbers of columns of Parquet files, in the order of the files, as blocks; each is there until the next one is asked for. What is missing
 * or not finite is NaN. Throws PageNotRead where a file is written in a way that is not read here, or is damaged: whoever asks has another
 * way then, that says what is wrong.
 */
export async function* parquetNumbers(
  files: readonly string[],
  names: readonly string[],
): AsyncGenerator<readonly Float64Array[]> {
  const opened: number[] = [];
  try {
    for (const file of files) opened.push(openSync(file, "r"));
    const groups = opened.flatMap((file) => rowGroupsOf(file, names).map((group) => ({ file, ...group })));
    const reader = new ParquetPageReader(names.length, blockRows);
    let filled = 0;
    for (const { file, rows, chunks } of groups) {
      // A signal may be waiting.
      await setImmediate();
      const columns = chunks.map((chunk, column) => new ChunkPages(file, chunk, { reader, column }));
      for (let left = rows; left > 0;) {
        const count = Math.min(left, blockRows - filled);
        for (const column of columns) column.take(filled, count);
        [filled, left] = [filled + count, left - count];
        if (filled < blockRows) continue;
        yield reader.rows(blockRows);
        filled = 0;
      }
    }
    if (filled > 0) yield reader.rows(filled);
  } finally {
    for (const file of opened) closeSync(file);
  }
}
