/**
 * Reads rows of CSV (RFC 4180 with any delimiter) that are sound, and numbers in decimal notation out of them. Places are addresses in the
 * module's memory.
 */
const doubleBytes: usize = 8;
const quote: u32 = 0x22;
const lineFeed: u32 = 0x0a;
const carriageReturn: u32 = 0x0d;
/** What the text ends with; no text has it. */
const nul: u32 = 0;
/** Characters below it are control characters. */
const firstPrinted: u32 = 0x20;
/** So many digits fit 64 bits. */
const maxDigits: usize = 19;
/** Whole numbers up to 2^53 and powers of ten up to 10^22 are doubles, so that one operation on them is rounded once. */
const maxExact: u64 = 1 << 53;
const exactPower: i32 = 22;
/** Powers of ten that the table has. */
export const minPower: i32 = -342;
export const maxPower: i32 = 308;
/** Words of an entry for a field whose number is not told here: column, row, first byte and the one behind the last. */
const entryBytes: usize = 16;

/** What the last call found: rows, where the next row begins, fields whose number is not told. */
export let foundRows: i32 = 0;
export let nextRow: usize = 0;
export let untold: i32 = 0;

/** The number that a text begins with, and the byte behind it; that is the begin where there is none that is told here. */
let value: f64 = 0;

function byteAt(place: usize): u32 {
  return <u32>load<u8>(place);
}

function isDigit(byte: u32): bool {
  return byte - 0x30 <= 9;
}

function endsField(byte: u32, delimiter: u32): bool {
  return byte == delimiter || byte == lineFeed || byte == carriageReturn || byte == nul;
}

/** The upper half of the product of two words of 64 bits. */
function upperProduct(one: u64, other: u64): u64 {
  const low: u64 = 0xffffffff;
  const a = one >> 32;
  const b = one & low;
  const c = other >> 32;
  const d = other & low;
  const middle = b * c + ((b * d) >> 32);
  return a * c + (middle >> 32) + ((a * d + (middle & low)) >> 32);
}

/**
 * The double nearest to digits × 10^power, by Eisel and Lemire's method (Daniel Lemire, "Number parsing at a gigabyte per second", 2021; the
 * steps are those of Go's strconv/eisel_lemire.go); NaN where it does not tell. `powers` has the first 128 bits of each power of ten, the lower
 * half first.
 */
function nearest(digits: u64, power: i32, powers: usize): f64 {
  if (power < minPower || power > maxPower) return NaN;
  const shift = clz(digits);
  const scaled = digits << shift;
  const entry = powers + <usize>(power - minPower) * 16;
  let exponent = <i64>((217706 * power) >> 16) + 64 + 1023 - <i64>shift;
  const factor = load<u64>(entry + 8);
  let upper = upperProduct(scaled, factor);
  let lower = scaled * factor;
  if ((upper & 0x1ff) == 0x1ff && lower + scaled < scaled) {
    const rest = load<u64>(entry);
    const restUpper = upperProduct(scaled, rest);
    const restLower = scaled * rest;
    const merged = lower + restUpper;
    const carried = merged < lower ? upper + 1 : upper;
    if ((carried & 0x1ff) == 0x1ff && merged + 1 == 0 && restLower + scaled < scaled) return NaN;
    upper = carried;
    lower = merged;
  }
  const top = upper >> 63;
  let mantissa = upper >> (top + 9);
  exponent -= <i64>(1 ^ top);
  if (lower == 0 && (upper & 0x1ff) == 0 && (mantissa & 3) == 1) return NaN;
  mantissa = (mantissa + (mantissa & 1)) >> 1;
  if (mantissa >> 53 > 0) {
    mantissa >>= 1;
    exponent += 1;
  }
  // Numbers near 0 and beyond the greatest have other forms.
  if (exponent < 1 || exponent > 2046) return NaN;
  return reinterpret<f64>(((<u64>exponent) << 52) | (mantissa & 0xfffffffffffff));
}

/** Reads a number in decimal notation into `value`; gives the byte behind it, or `start` where none is told. */
function readNumber(start: usize, powers: usize): usize {
  let at = start;
  let byte = byteAt(at);
  const isNegative = byte == 0x2d;
  if (isNegative || byte == 0x2b) byte = byteAt(++at);
  const first = at;
  let digits: u64 = 0;
  while (isDigit(byte)) {
    digits = digits * 10 + (byte - 0x30);
    byte = byteAt(++at);
  }
  let count = at - first;
  let power: i32 = 0;
  if (byte == 0x2e) {
    byte = byteAt(++at);
    const fraction = at;
    while (isDigit(byte)) {
      digits = digits * 10 + (byte - 0x30);
      byte = byteAt(++at);
    }
    power = <i32>(fraction - at);
    count += at - fraction;
  }
  if (count == 0 || count > maxDigits) return start;
  if ((byte | 0x20) == 0x65) {
    byte = byteAt(++at);
    const isSmall = byte == 0x2d;
    if (isSmall || byte == 0x2b) byte = byteAt(++at);
    let exponent: i32 = 0;
    const begin = at;
    while (isDigit(byte)) {
      exponent = exponent * 10 + <i32>(byte - 0x30);
      byte = byteAt(++at);
    }
    if (at == begin || at - begin > 4) return start;
    power += isSmall ? -exponent : exponent;
  }
  let number: f64;
  if (digits == 0) number = 0;
  else if (digits <= maxExact && power >= -exactPower && power <= exactPower) {
    const exact = <f64>digits;
    // The powers that are doubles follow those of 128 bits.
    const table = powers + <usize>(maxPower - minPower + 1) * 16;
    number =
      power < 0
        ? exact / load<f64>(table + <usize>-power * doubleBytes)
        : exact * load<f64>(table + <usize>power * doubleBytes);
  } else {
    number = nearest(digits, power, powers);
    if (number != number) return start;
  }
  value = isNegative ? -number : number;
  return at;
}

/** The byte behind a field, at which it ends soundly; 0 where it does not. */
function skipField(start: usize, delimiter: u32): usize {
  let at = start;
  let byte = byteAt(at);
  if (byte != quote) {
    while (!endsField(byte, delimiter)) {
      if (byte == quote) return 0;
      byte = byteAt(++at);
    }
    return at;
  }
  byte = byteAt(++at);
  while (byte >= firstPrinted) {
    if (byte == quote) {
      byte = byteAt(++at);
      if (byte != quote) return endsField(byte, delimiter) ? at : 0;
    }
    byte = byteAt(++at);
  }
  return 0;
}

/**
 * Reads rows from `text` on, which ends with a NUL, until one is not sound or is cut off, or there are `maxRows`. A sound row has `fields` fields,
 * no quotes but around fields, no control characters in them, and at most `longest` bytes. `places` has for each field the number of the column
 * that it is put into, from 0, or -1. Columns begin `stride` bytes apart from `columns` on, and the row `from` is the first that is put.
 * An empty field is NaN; one whose number is not told here has an entry in `entries`, which has room for `maxEntries`, those of a row at least.
 */
export function readRows(
  text: usize,
  delimiter: u32,
  fields: i32,
  longest: i32,
  places: usize,
  columns: usize,
  stride: usize,
  from: i32,
  maxRows: i32,
  powers: usize,
  entries: usize,
  maxEntries: i32,
): void {
  let at = text;
  foundRows = 0;
  nextRow = text;
  untold = 0;
  let found = 0;
  while (foundRows < maxRows) {
    if (found + fields > maxEntries) return;
    const row = <usize>(from + foundRows);
    for (let field: i32 = 0; field < fields; field++) {
      const column = load<i32>(places + ((<usize>field) << 2));
      const start = at;
      if (column < 0) at = skipField(at, delimiter);
      else {
        const target = columns + <usize>column * stride + row * doubleBytes;
        const isQuoted = byteAt(at) == quote;
        const begin = isQuoted ? at + 1 : at;
        let end = readNumber(begin, powers);
        let isTold = end != begin;
        if (isQuoted && isTold) isTold = byteAt(end++) == quote;
        if (isTold && endsField(byteAt(end), delimiter)) {
          store<f64>(target, value);
          at = end;
        } else {
          at = skipField(at, delimiter);
          store<f64>(target, NaN);
          if (at > start) {
            const entry = entries + <usize>found * entryBytes;
            store<i32>(entry, column);
            store<i32>(entry, <i32>row, 4);
            store<u32>(entry, <u32>start, 8);
            store<u32>(entry, <u32>at, 12);
            found++;
          }
        }
      }
      if (at == 0) return;
      const byte = byteAt(at);
      if (field + 1 < fields) {
        if (byte != delimiter) return;
        at++;
      } else if (byte == lineFeed) at++;
      else if (byte == carriageReturn && byteAt(at + 1) == lineFeed) at += 2;
      else return;
    }
    // A line without anything is no row of one empty field.
    if (fields == 1 && (byteAt(nextRow) == lineFeed || byteAt(nextRow) == carriageReturn)) return;
    if (at - nextRow > <usize>longest) return;
    foundRows++;
    nextRow = at;
    untold = found;
  }
}
