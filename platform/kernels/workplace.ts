import { kernelsWasm } from "./kernels-wasm";

/** The part of the platform's own types that is used here. */
declare const WebAssembly: {
  readonly Memory: new (size: { readonly initial: number }) => Memory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};
export interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** What assembly/kernels.ts exports; a place is a number of bytes from the start of the memory. */
interface Kernels {
  addProducts(
    columns: number,
    weighted: number,
    stride: number,
    count: number,
    rows: number,
    sums: number,
  ): void;
  multiply(one: number, other: number, products: number, rows: number): void;
  addScaled(values: number, factor: number, sums: number, rows: number): void;
  product(one: number, other: number, rows: number): number;
  summarise(values: number, rows: number, result: number): void;
  squaresAround(values: number, weights: number, rows: number, centre: number, instead: number): number;
  countBins(
    values: number,
    rows: number,
    edges: number,
    edgeCount: number,
    mean: number,
    min: number,
    max: number,
    counts: number,
    result: number,
  ): void;
  clearNegativeZeros(values: number, rows: number): void;
  hashColumn(values: number, rows: number, low: number, high: number): void;
  finishHash(low: number, high: number, rows: number, columns: number, words: number): void;
  findPlaces(marks: number, rows: number, wanted: number, places: number): number;
  addColumns(values: number, stride: number, rows: number, others: number, sums: number): void;
  gather(values: number, places: number, count: number, target: number): void;
  addStandardised(
    values: number,
    rows: number,
    mean: number,
    scale: number,
    instead: number,
    factor: number,
    sums: number,
  ): void;
  keepMarked(values: number, marks: number, rows: number, wanted: number): void;
  standardise(values: number, rows: number, mean: number, scale: number, instead: number): void;
  addErrors(actual: number, predicted: number, rows: number, centre: number, sums: number): void;
  sortNumbers(values: number, count: number, room: number, counts: number): void;
}

const pageBytes = 65_536;
export const doubleBytes = Float64Array.BYTES_PER_ELEMENT;
/** Rows of a column that stay in the nearest cache. */
export const columnRows = 2048;

let compiled: object | undefined;

/** The module with memory of its own, and what it exports. */
export function instantiate<Exports>(): { readonly memory: Memory; readonly exports: Exports } {
  const memory = new WebAssembly.Memory({ initial: 4 });
  compiled ??= new WebAssembly.Module(Buffer.from(kernelsWasm, "base64"));
  return { memory, exports: new WebAssembly.Instance(compiled, { env: { memory } }).exports as Exports };
}

/** Makes room for so many bytes in all. Where that takes more memory, views of the former buffer are empty. */
export function growTo(memory: Memory, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
}

/** A module with memory, which is made when it is first needed. It has what one call works on, and nothing between calls. */
class Workplace {
  private readonly memory: Memory;
  readonly run: Kernels;
  doubles: Float64Array;
  words: Uint32Array;

  constructor() {
    const { memory, exports } = instantiate<Kernels>();
    this.memory = memory;
    this.run = exports;
    this.doubles = new Float64Array(this.memory.buffer);
    this.words = new Uint32Array(this.memory.buffer);
  }

  /** Makes room for so many doubles; what other calls have been given is no longer the memory. */
  need(doubles: number): void {
    growTo(this.memory, doubles * doubleBytes);
    if (this.doubles.buffer === this.memory.buffer) return;
    this.doubles = new Float64Array(this.memory.buffer);
    this.words = new Uint32Array(this.memory.buffer);
  }

  /** Puts some rows of a column at a place, and `filler` behind them where a register takes one row more; gives the rows with it. */
  put(at: number, rows: Float64Array, filler = 0): number {
    this.doubles.set(rows, at);
    const padded = upTo(rows.length, 2);
    if (padded > rows.length) this.doubles[at + rows.length] = filler;
    return padded;
  }
}

let made: Workplace | undefined;
export const workplace = (): Workplace => (made ??= new Workplace());

/** The next multiple. */
export const upTo = (count: number, multiple: number): number => Math.ceil(count / multiple) * multiple;

/** The first index and the one behind the last of each piece of so many rows. */
export function* pieces(rows: number, max: number): Generator<readonly [from: number, to: number]> {
  for (let from = 0; from < rows; from += max) yield [from, Math.min(rows, from + max)];
}
