import { isUtf8 } from "node:buffer";
import { RequestProblem } from "../problems/problem";
import { show } from "../rows/read-faults";

/** Bytes of one value in binary form; a BYTES value says its own length. */
const sizes = {
  BOOL: 1,
  INT8: 1,
  INT16: 2,
  INT32: 4,
  INT64: 8,
  UINT8: 1,
  UINT16: 2,
  UINT32: 4,
  UINT64: 8,
  FP32: 4,
  FP64: 8,
  BYTES: 0,
} as const;

/** The Open Inference Protocol's types of values that features are made of. */
export type Datatype = keyof typeof sizes;

export const datatypes = Object.keys(sizes) as Datatype[];

/** An input of an inference request, its values in a row. */
export interface InputTensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  /** Row-major; as many as the shape says. */
  readonly values: ArrayLike<unknown>;
  /** Whether they came as bytes: there NaN and empty text are what null is in JSON. */
  readonly binary: boolean;
}

type TensorHead = Omit<InputTensor, "values" | "binary">;

export function refuseTensor(name: string, fault: string): never {
  const message = `Input ${show(name)} ${fault}`;
  throw new RequestProblem("INPUT_INVALID", message, { errors: [{ field: name, message }] });
}

export function isDatatype(text: unknown): text is Datatype {
  return typeof text === "string" && Object.hasOwn(sizes, text);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, dimension) => size * dimension, 1);
}

/** Values given flat or, for two dimensions, as a list of rows. */
function flatten({ name, shape }: TensorHead, data: unknown): readonly unknown[] {
  if (!Array.isArray(data)) refuseTensor(name, `has the data ${show(data)}. Expected an array.`);
  const size = sizeOf(shape);
  if (shape.length === 2 && Array.isArray(data[0])) {
    const [rows = 0, columns = 0] = shape;
    const nested = data as readonly unknown[];
    const fits =
      nested.length === rows && nested.every((row) => Array.isArray(row) && row.length === columns);
    if (!fits) refuseTensor(name, `has data of another shape than [${shape.join(", ")}].`);
    return nested.flat();
  }
  if (data.length !== size) {
    refuseTensor(name, `has ${data.length} values. Its shape [${shape.join(", ")}] means ${size}.`);
  }
  return data;
}

const limitsOf: Partial<Record<Datatype, readonly [min: number, max: number]>> = {
  INT8: [-128, 127],
  INT16: [-32_768, 32_767],
  INT32: [-2_147_483_648, 2_147_483_647],
  INT64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  UINT8: [0, 255],
  UINT16: [0, 65_535],
  UINT32: [0, 4_294_967_295],
  UINT64: [0, Number.MAX_SAFE_INTEGER],
};

/** Values as the datatype holds them: what is not an integer, or is out of range, is refused; FP32 is rounded. */
function checkValues({ name, datatype }: TensorHead, values: readonly unknown[]): readonly unknown[] {
  // A value of another kind than a number is refused with the feature it is for.
  if (datatype === "FP32") {
    return values.map((value) => (typeof value === "number" ? Math.fround(value) : value));
  }
  const limits = limitsOf[datatype];
  if (limits === undefined) return values;
  const [min, max] = limits;
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (typeof value === "number" && !(Number.isInteger(value) && value >= min && value <= max)) {
      refuseTensor(
        name,
        `has ${show(value)} as value ${index}. ${datatype} is a whole number from ${min} to ${max}.`,
      );
    }
  }
  return values;
}

/** A tensor whose values are JSON. */
export function tensorOfJson(head: TensorHead, data: unknown): InputTensor {
  return { ...head, values: checkValues(head, flatten(head, data)), binary: false };
}

function bigValues(values: BigInt64Array | BigUint64Array, name: string): number[] {
  return Array.from(values, (value, index) => {
    const number = Number(value);
    if (Number.isSafeInteger(number)) return number;
    return refuseTensor(
      name,
      `has ${value} as value ${index}. At most 2^53 - 1 can be told apart as numbers.`,
    );
  });
}

function texts({ name, shape }: TensorHead, bytes: Buffer): string[] {
  const values: string[] = [];
  const size = sizeOf(shape);
  let at = 0;
  while (at + 4 <= bytes.length && values.length < size) {
    const end = at + 4 + bytes.readUInt32LE(at);
    const text = bytes.subarray(at + 4, end);
    if (end > bytes.length) refuseTensor(name, `ends within value ${values.length}.`);
    if (!isUtf8(text)) refuseTensor(name, `has bytes as value ${values.length} that are not UTF-8 text.`);
    values.push(text.toString());
    at = end;
  }
  if (values.length !== size || at !== bytes.length) {
    refuseTensor(name, `has other binary data than ${size} values, each after its length in 4 bytes.`);
  }
  return values;
}

/** The numbers in little-endian bytes. The bytes are copied: typed arrays have to begin at a multiple of their size. */
function numbers({ name, datatype }: TensorHead, bytes: Buffer): ArrayLike<unknown> {
  const { buffer } = Uint8Array.from(bytes);
  switch (datatype) {
    case "FP64":
      return new Float64Array(buffer);
    case "FP32":
      return new Float32Array(buffer);
    case "INT8":
      return new Int8Array(buffer);
    case "INT16":
      return new Int16Array(buffer);
    case "INT32":
      return new Int32Array(buffer);
    case "INT64":
      return bigValues(new BigInt64Array(buffer), name);
    case "UINT8":
      return new Uint8Array(buffer);
    case "UINT16":
      return new Uint16Array(buffer);
    case "UINT32":
      return new Uint32Array(buffer);
    case "UINT64":
      return bigValues(new BigUint64Array(buffer), name);
    case "BOOL":
    case "BYTES":
      return Array.from(bytes, (byte, index) => {
        if (byte > 1) refuseTensor(name, `has ${byte} as value ${index}. BOOL is 0 or 1.`);
        return byte === 1;
      });
  }
}

/** A tensor whose values are bytes (binary tensor data extension). */
export function tensorOfBytes(head: TensorHead, bytes: Buffer): InputTensor {
  if (head.datatype === "BYTES") return { ...head, values: texts(head, bytes), binary: true };
  const expected = sizeOf(head.shape) * sizes[head.datatype];
  if (bytes.length !== expected) {
    const what = `Its shape [${head.shape.join(", ")}] and datatype ${head.datatype} mean ${expected}.`;
    refuseTensor(head.name, `has ${bytes.length} bytes of binary data. ${what}`);
  }
  return { ...head, values: numbers(head, bytes), binary: true };
}

/** Values of an output as bytes. */
export function bytesOf(datatype: "FP64" | "INT64" | "BYTES", values: ArrayLike<number | string>): Buffer {
  if (datatype === "BYTES") {
    return Buffer.concat(
      Array.from(values, (value) => {
        const text = Buffer.from(String(value));
        const length = Buffer.alloc(4);
        length.writeUInt32LE(text.length);
        return Buffer.concat([length, text]);
      }),
    );
  }
  const numbers =
    datatype === "FP64"
      ? Float64Array.from(values, Number)
      : BigInt64Array.from(Array.from(values, (value) => BigInt(value)));
  return Buffer.from(numbers.buffer);
}
