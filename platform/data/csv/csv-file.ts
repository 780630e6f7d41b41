import { isUtf8 } from "node:buffer";
import { PlatformError } from "../../base/errors";
import { findDelimiter, type Delimiter } from "./csv-delimiter";
import { readHeader } from "./csv-header";
import type { CsvNumbers } from "./csv-numbers";
import { CsvRowFeeder, scanHeader } from "./csv-row-feeder";
import { CsvScanner, longestRow } from "./csv-scanner";
import { refuseOtherFormats } from "./other-formats";
import { isGzip, readPieces } from "./text-stream";

const byteOrderMark = Buffer.from("\ufeff");
const replacementCharacter = Buffer.from("\ufffd");
/** Bytes by which the delimiter is found. */
const startBytes = 1 << 16;

interface CsvStructure {
  readonly header: string[];
  readonly delimiter: Delimiter;
  /** Data rows; the header is not counted. */
  readonly rows: number;
  /** Whether no field below the header has an underscore, "+-", or white space but spaces. */
  readonly isPlain: boolean;
  /** Whether the file is compressed by gzip. */
  readonly gzip: boolean;
}

/** Length of the part of `bytes` that ends with a whole UTF-8 character. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}

/** Index of the first byte that does not belong to a UTF-8 character; there must be one. */
function firstInvalidByte(bytes: Buffer): number {
  const text = bytes.toString("utf8");
  let index = 0;
  let before = 0;
  for (let at = text.indexOf("\ufffd"); at >= 0; at = text.indexOf("\ufffd", at + 1)) {
    index += Buffer.byteLength(text.slice(before, at));
    // The replacement character may also stand in the file itself.
    if (!bytes.subarray(index, index + 3).equals(replacementCharacter)) return index;
    before = at;
  }
  return bytes.length;
}

/** What makes a text not plain: an underscore, two signs, white space that is no line end, and what spaces besides the usual one begin with. */
const odd = ["_", "+-", "\v", "\f", "\u00a0", "\u1680", "\u3000"].map((text) => Buffer.from(text));
const oddBeginnings = [Buffer.from([0xe2, 0x80]), Buffer.from([0xe2, 0x81])];
const tab = Buffer.from("\t");

/** Whether text has no underscore, no "+-" and, outside of quotes, no white space in fields but spaces. */
function isPlainText(text: Buffer, delimiter: Delimiter): boolean {
  const found = [...odd, ...oddBeginnings, ...(delimiter === "\t" ? [] : [tab])];
  return !found.some((bytes) => text.includes(bytes));
}

/** The scanner of a file, which is made when its first bytes are known. */
type ScannerOf = (bytes: Buffer) => CsvScanner;

/** Bytes of a file that are known to be text in UTF-8, without the byte order mark, in whole characters. */
async function* textOf(file: string, gzip: boolean, scannerOf: ScannerOf): AsyncGenerator<Buffer> {
  let offset = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of readPieces(file, gzip)) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    if (offset === 0) refuseOtherFormats(file, bytes);
    const text = bytes.subarray(0, wholeCharacters(bytes));
    refuseBinary(file, text, offset, scannerOf);
    // The next piece is put where this one is.
    rest = Buffer.from(bytes.subarray(text.length));
    const start = offset === 0 && text.subarray(0, 3).equals(byteOrderMark) ? 3 : 0;
    offset += text.length;
    yield text.subarray(start);
  }
  if (rest.length > 0) refuseBinary(file, rest, offset, scannerOf);
}

function refuseBinary(file: string, bytes: Buffer, offset: number, scannerOf: ScannerOf): void {
  const zero = bytes.indexOf(0);
  if (zero >= 0) {
    throw new PlatformError(
      "DATA_UNREADABLE",
      `${file} has a NUL byte at offset ${offset + zero}, so it is not text. Data is a CSV file in UTF-8 or a Parquet file; save it as one of them.`,
    );
  }
  if (isUtf8(bytes)) return;
  const at = firstInvalidByte(bytes);
  const scanner = scannerOf(bytes.subarray(0, at));
  scanner.push(bytes.subarray(0, at));
  const byte = (bytes[at] ?? 0).toString(16).padStart(2, "0");
  throw new PlatformError(
    "DATA_UNREADABLE",
    `${file} is not UTF-8: byte 0x${byte} at offset ${offset + at}, in or near data row ${scanner.rows + 1}. Save the file in UTF-8 (it may be in Windows-1252 or ISO 8859-1).`,
  );
}

/**
 * Reads a CSV file once, with flat memory, for its delimiter, its header and its number of rows, and makes sure that it is
 * well-formed: text in UTF-8 in which every row has the header's fields. `columns` are the names wanted of it.
 */
export async function readCsvStructure(file: string, columns: readonly string[]): Promise<CsvStructure> {
  const reading = readCsv(file, columns);
  for (;;) {
    const next = await reading.next();
    if (next.done === true) return next.value;
  }
}

/**
 * The same, and the numbers of its rows, if they are asked for, as blocks that become full; each is there until the next one is asked
 * for, and what is left at the end is in `numbers`. Then it is not known whether the file is plain.
 */
export async function* readCsv(
  file: string,
  columns: readonly string[],
  numbers?: CsvNumbers,
): AsyncGenerator<readonly Float64Array[], CsvStructure> {
  const gzip = await isGzip(file);
  let delimiter: Delimiter = ",";
  let scanner: CsvScanner | undefined;
  const scannerOf = (bytes: Buffer): CsvScanner => {
    if (scanner) return scanner;
    delimiter = findDelimiter(bytes.toString("utf8", 0, startBytes), columns);
    return (scanner = new CsvScanner(file, delimiter));
  };
  let start: Buffer = Buffer.alloc(0);
  let header: string[] | undefined;
  let feeder: CsvRowFeeder | undefined;
  let isPlain = numbers === undefined;
  for await (const text of textOf(file, gzip, scannerOf)) {
    if (text.length === 0) continue;
    const scan = scannerOf(text);
    if (feeder) {
      yield* feeder.feed(text);
      continue;
    }
    const scanned = numbers ? scanHeader(scan, text) : text.length;
    if (!numbers) scan.push(text);
    if (header) {
      isPlain &&= isPlainText(text, delimiter);
      continue;
    }
    start = Buffer.concat([start, text]);
    if (scan.headerBytes === undefined) continue;
    header = headerOf(start.subarray(0, scan.headerBytes));
    isPlain &&= isPlainText(start.subarray(scan.headerBytes), delimiter);
    if (!numbers) continue;
    numbers.begin(header, { delimiter, longestRow });
    feeder = new CsvRowFeeder(scan, numbers, delimiter);
    yield* feeder.feed(text.subarray(scanned));
  }
  const scan = scannerOf(start);
  if (feeder) feeder.end();
  else scan.end();
  const { rows } = scan;
  header ??= headerOf(start);
  if (rows === 0) {
    throw new PlatformError(
      "DATA_INVALID",
      `${file} has a header and no rows. Data has one row per line below the header; add some.`,
    );
  }
  return { header, delimiter, rows, isPlain: isPlain && !scan.hasQuotedControl, gzip };

  function headerOf(line: Buffer): string[] {
    return readHeader(file, { header: line.toString("utf8"), delimiter }, columns);
  }
}
