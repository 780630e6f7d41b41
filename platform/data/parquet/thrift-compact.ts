import { PageNotRead } from "../../kernels/read-parquet-pages";

/** Fields of a structure by their numbers. */
export type ThriftStruct = ReadonlyMap<number, ThriftValue>;
/** A value of any type; whole numbers of up to 64 bits are numbers, as lengths and offsets are far below 2^53. */
export type ThriftValue = number | boolean | Buffer | readonly ThriftValue[] | ThriftStruct;

const types = { true: 1, false: 2, byte: 3, double: 7, binary: 8, list: 9, set: 10, map: 11, struct: 12 };
/** Lists in lists, and structures in structures: no file has nearly as many. */
const maxDepth = 32;

/**
 * Reads a structure of Thrift's compact protocol (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md).
 * Throws PageNotRead where the bytes end before it does.
 */
export class ThriftReader {
  constructor(
    private readonly bytes: Buffer,
    /** The byte behind what was read. */
    public at = 0,
  ) {}

  struct(depth = 0): ThriftStruct {
    if (depth > maxDepth) throw new PageNotRead("structures that are too deep");
    const fields = new Map<number, ThriftValue>();
    let field = 0;
    for (;;) {
      const head = this.byte();
      if (head === 0) return fields;
      const step = head >>> 4;
      field = step === 0 ? this.whole() : field + step;
      const type = head & 15;
      fields.set(field, type <= types.false ? type === types.true : this.value(type, depth + 1));
    }
  }

  private value(type: number, depth: number): ThriftValue {
    switch (type) {
      case types.true:
      case types.false:
        return this.byte() === types.true;
      case types.byte:
        return (this.byte() << 24) >> 24;
      case types.double:
        return this.binary(8).readDoubleLE();
      case types.binary:
        return this.binary(this.varint());
      case types.list:
      case types.set:
        return this.list(depth);
      case types.map:
        return this.map(depth);
      case types.struct:
        return this.struct(depth);
      default:
        if (type > types.struct) throw new PageNotRead(`a value of type ${type}`);
        return this.whole();
    }
  }

  private list(depth: number): ThriftValue[] {
    const head = this.byte();
    const count = head >>> 4 === 15 ? this.varint() : head >>> 4;
    return this.values(count, () => this.value(head & 15, depth + 1));
  }

  private map(depth: number): ThriftValue[] {
    const count = this.varint();
    if (count === 0) return [];
    const kinds = this.byte();
    return this.values(2 * count, (index) =>
      this.value(index % 2 === 0 ? kinds >>> 4 : kinds & 15, depth + 1),
    );
  }

  private values(count: number, read: (index: number) => ThriftValue): ThriftValue[] {
    // Each takes a byte at least.
    if (count > this.bytes.length - this.at) throw new PageNotRead("a list that is cut off");
    return Array.from({ length: count }, (_, index) => read(index));
  }

  private byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new PageNotRead("a structure that is cut off");
    return byte;
  }

  private binary(length: number): Buffer {
    this.at += length;
    if (this.at > this.bytes.length) throw new PageNotRead("a structure that is cut off");
    return this.bytes.subarray(this.at - length, this.at);
  }

  private varint(): number {
    let number = 0;
    for (let unit = 1; unit <= 2 ** 63; unit *= 128) {
      const byte = this.byte();
      number += (byte & 127) * unit;
      if (byte < 128) return number;
    }
    throw new PageNotRead("a number of more than 64 bits");
  }

  /** Of the numbers 0, -1, 1, -2, ... that of a varint. */
  private whole(): number {
    const number = this.varint();
    return number % 2 === 0 ? number / 2 : -(number + 1) / 2;
  }
}
