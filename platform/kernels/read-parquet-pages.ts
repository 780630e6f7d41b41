import { doubleBytes, growTo, instantiate, type Memory } from "./workplace";

/** What assembly/parquet.ts exports; places are bytes from the start of the memory. */
interface ParquetKernels {
  unpackSnappy(packed: number, packedBytes: number, target: number, bytes: number): number;
  readHybrid(at: number, end: number, bits: number, count: number, words: number): number;
  sumWords(words: number, count: number): number;
  lookUp(places: number, count: number, dictionary: number, size: number, doubles: number): number;
  widen(type: number, values: number, count: number, doubles: number): void;
  spread(levels: number, count: number, values: number, present: number, doubles: number): void;
  copyFinite(values: number, doubles: number, count: number): void;
}

/** Kernels may read and write so many bytes behind what they work on. */
const slackBytes = 64;
/** Memory for the pages that are read: of larger ones another program reads less at once. */
const maxMemoryBytes = 96 * 2 ** 20;

/** Bytes of a number, by Parquet's number of its type: 32 and 64 bits, whole or not. */
const numberBytes: Readonly<Record<number, number>> = { 1: 4, 2: 8, 4: 4, 5: 8 };
const doubleType = 5;

/** Whether numbers of a type are read. */
export function isReadType(type: number): boolean {
  return type in numberBytes;
}

/** What is in a file that is not read here, be it damaged or only unusual: another program reads it, or says what is wrong. */
export class PageNotRead extends Error {
  constructor(what: string) {
    super(`Not read here: ${what}.`);
    this.name = "PageNotRead";
  }
}

/** A page as its header describes it. */
export interface ParquetPage {
  /** Parquet's number of the numbers' type. */
  readonly type: number;
  readonly isDictionary: boolean;
  /** Whether the values are places in the dictionary. */
  readonly isLookedUp: boolean;
  /** Rows, or entries of the dictionary. */
  readonly count: number;
  /** Whether a row's number may be missing. */
  readonly isOptional: boolean;
  /** Bytes of the levels that lie before the values, which are not packed; undefined where the page says it itself. */
  readonly levelBytes?: number | undefined;
  readonly isPacked: boolean;
  readonly storedBytes: number;
  readonly bytes: number;
}

/** Some bytes of the memory. */
interface Region {
  at: number;
  bytes: number;
}

interface ColumnPages {
  readonly page: Region;
  readonly numbers: Region;
  readonly dictionary: Region;
  entries: number;
  /** Where the next number is, and how many there are. */
  next: number;
  left: number;
}

/** Where values are, and how many. */
interface Values {
  readonly at: number;
  readonly end: number;
  readonly count: number;
}

const noRegion = (): Region => ({ at: 0, bytes: 0 });

/**
 * Reads numbers out of pages of Parquet into columns of doubles, which lie in the memory of a module of its own; what is missing or not
 * finite is NaN. Throws PageNotRead at what it does not know.
 */
export class ParquetPageReader {
  private readonly memory: Memory;
  private readonly run: ParquetKernels;
  private readonly columns: readonly ColumnPages[];
  private readonly stored = noRegion();
  private readonly words = noRegion();
  private readonly places = noRegion();
  private used: number;
  private views: Float64Array[] | undefined;

  constructor(
    columnCount: number,
    private readonly capacity: number,
  ) {
    const { memory, exports } = instantiate<ParquetKernels>();
    this.memory = memory;
    this.run = exports;
    this.columns = Array.from({ length: columnCount }, () => ({
      page: noRegion(),
      numbers: noRegion(),
      dictionary: noRegion(),
      entries: 0,
      next: 0,
      left: 0,
    }));
    this.used = columnCount * capacity * doubleBytes;
    this.grow(this.used);
  }

  /** Room for the bytes of a page as the file has them; `load` reads what is in it. */
  room(bytes: number): Uint8Array {
    // Making room may give the memory another buffer.
    const at = this.need(this.stored, bytes);
    return new Uint8Array(this.memory.buffer, at, bytes);
  }

  /** Numbers that are there of a column. */
  left(column: number): number {
    return this.columns[column]?.left ?? 0;
  }

  /** Says that a column begins anew, without a dictionary. */
  begin(column: number): void {
    const pages = this.pagesOf(column);
    [pages.entries, pages.left] = [0, 0];
  }

  /** Reads a page, which is in the room, as the next of a column; all numbers of the one before were taken. */
  load(column: number, page: ParquetPage): void {
    const pages = this.pagesOf(column);
    const start = this.unpack(pages.page, page);
    const end = start + page.bytes;
    if (page.isDictionary) {
      this.readPlain(pages.dictionary, page, { at: start, end, count: page.count });
      pages.entries = page.count;
      return;
    }
    const { at, present } = page.isOptional
      ? this.readLevels(page, start, end)
      : { at: start, present: page.count };
    pages.left = page.count;
    pages.next = at;
    const isAsWanted = page.type === doubleType && !page.isLookedUp && present === page.count;
    if (isAsWanted && at + page.count * doubleBytes <= end) return;
    pages.next = this.need(pages.numbers, page.count * doubleBytes);
    if (page.isLookedUp) this.lookUp(pages, { at, end, count: present });
    else this.readPlain(pages.numbers, page, { at, end, count: present });
    if (present < page.count) this.run.spread(this.words.at, page.count, pages.next, present, pages.next);
  }

  /** Takes the next numbers of a column into its rows from `row` on. */
  take(column: number, row: number, count: number): void {
    const pages = this.pagesOf(column);
    this.run.copyFinite(pages.next, (column * this.capacity + row) * doubleBytes, count);
    pages.next += count * doubleBytes;
    pages.left -= count;
  }

  /** Some of the first rows, by column: they are there until more are taken. */
  rows(count: number): readonly Float64Array[] {
    if (this.views?.[0]?.buffer !== this.memory.buffer || this.views[0].length !== count) {
      this.views = this.columns.map(
        (_, column) => new Float64Array(this.memory.buffer, column * this.capacity * doubleBytes, count),
      );
    }
    return this.views;
  }

  private pagesOf(column: number): ColumnPages {
    const pages = this.columns[column];
    if (pages === undefined) throw new RangeError(`There is no column ${column}.`);
    return pages;
  }

  /** Puts a page where it stays until the next one of its column comes; gives where. */
  private unpack(
    region: Region,
    { isDictionary, isPacked, storedBytes, bytes, levelBytes = 0 }: ParquetPage,
  ): number {
    // The entries of a dictionary are read at once.
    const target = this.need(isDictionary ? this.words : region, bytes);
    const [packed, packedBytes] = [this.stored.at + levelBytes, storedBytes - levelBytes];
    if (packedBytes < 0 || bytes < levelBytes) throw new PageNotRead("a page shorter than its levels");
    const memory = new Uint8Array(this.memory.buffer);
    if (!isPacked) {
      if (storedBytes !== bytes) throw new PageNotRead("a page of another length");
      memory.copyWithin(target, this.stored.at, this.stored.at + bytes);
      return target;
    }
    memory.copyWithin(target, this.stored.at, packed);
    if (!this.run.unpackSnappy(packed, packedBytes, target + levelBytes, bytes - levelBytes))
      throw new PageNotRead("a page that Snappy has not packed");
    return target;
  }

  /** Reads which rows have a number: how many, and where the values begin. */
  private readLevels(
    { count, levelBytes }: ParquetPage,
    start: number,
    end: number,
  ): { readonly at: number; readonly present: number } {
    let [from, to] = [start, start + (levelBytes ?? 0)];
    if (levelBytes === undefined) {
      from = start + 4;
      to = from + new DataView(this.memory.buffer).getUint32(start, true);
    }
    if (to > end) throw new PageNotRead("levels longer than their page");
    const words = this.need(this.words, count * 4);
    if (!this.run.readHybrid(from, to, 1, count, words)) throw new PageNotRead("levels of fewer rows");
    return { at: to, present: this.run.sumWords(words, count) };
  }

  private readPlain(region: Region, { type }: ParquetPage, { at, end, count }: Values): void {
    if (at + count * (numberBytes[type] ?? Infinity) > end) throw new PageNotRead("a page of fewer numbers");
    this.run.widen(type, at, count, this.need(region, count * doubleBytes));
  }

  private lookUp({ dictionary, numbers, entries }: ColumnPages, { at, end, count }: Values): void {
    const bits = at < end ? (new Uint8Array(this.memory.buffer)[at] ?? 0) : 0;
    const places = this.need(this.places, count * 4);
    const isRead =
      bits <= 32 &&
      this.run.readHybrid(at + 1, end, bits, count, places) &&
      this.run.lookUp(places, count, dictionary.at, entries, numbers.at);
    if (!isRead) throw new PageNotRead("places that no dictionary has");
  }

  /** Makes a region of so many bytes, whose content is then undefined; gives where it is. */
  private need(region: Region, bytes: number): number {
    if (bytes > region.bytes) {
      region.bytes = Math.ceil((bytes * 1.25) / 16) * 16;
      region.at = this.used;
      this.used += region.bytes + slackBytes;
      this.grow(this.used);
    }
    return region.at;
  }

  private grow(bytes: number): void {
    if (bytes > maxMemoryBytes) throw new PageNotRead("pages that take much memory");
    // Each growth makes the collector count the memory anew, and what is not written to takes none: seldom, then, and by much.
    const { byteLength } = this.memory.buffer;
    if (bytes > byteLength) growTo(this.memory, Math.min(maxMemoryBytes, Math.max(bytes, 2 * byteLength)));
  }
}
