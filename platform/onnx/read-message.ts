import { onnxMessages, type MessageName, type OnnxMessage } from "./onnx-messages";

/** The file has something that this reader does not know; it may be a good model all the same. */
export class UnknownOnnx extends Error {}

/** What is read of a file; undefined when it has something that the reader does not know. */
export function unlessUnknown<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnknownOnnx) return undefined;
    throw error;
  }
}

/** What the table says of a field. */
interface FieldDescriptor {
  readonly id: number;
  readonly type: string;
  readonly rule?: string;
}

interface WireField {
  readonly id: number;
  readonly value: number | Uint8Array;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** A base-128 number; a negative one has ten bytes. */
function varint(bytes: Uint8Array, start: number): [value: number, end: number] {
  let value = 0n;
  for (let index = start, shift = 0n; index < start + 10; index++, shift += 7n) {
    const byte = bytes[index];
    if (byte === undefined) break;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return [Number(BigInt.asIntN(64, value)), index + 1];
  }
  throw new UnknownOnnx("A number does not end.");
}

/** The fields of one protobuf message, in the order they were written. */
function* fieldsOf(bytes: Uint8Array): Generator<WireField> {
  for (let at = 0; at < bytes.length;) {
    const [key, start] = varint(bytes, at);
    const id = key >>> 3;
    const [value, next] = varint(bytes, start);
    if ((key & 7) === 0) {
      yield { id, value };
      at = next;
    } else if ((key & 7) === 2 && value >= 0 && next + value <= bytes.length) {
      at = next + value;
      yield { id, value: bytes.subarray(next, at) };
    } else {
      throw new UnknownOnnx(`Field ${id} is of a kind that is not known.`);
    }
  }
}

/** The numbers of a field: a repeated one comes one by one or packed. */
function numbersOf({ id, value }: WireField, { rule }: FieldDescriptor): number[] {
  if (typeof value === "number") return [value];
  if (rule !== "repeated") throw new UnknownOnnx(`Field ${id} is not a number.`);
  const numbers: number[] = [];
  for (let at = 0; at < value.length;) {
    const [number, next] = varint(value, at);
    numbers.push(number);
    at = next;
  }
  return numbers;
}

function isMessage(type: string): type is MessageName {
  return Object.hasOwn(onnxMessages, type);
}

function valuesOf(field: WireField, descriptor: FieldDescriptor): unknown[] {
  const { type } = descriptor;
  if (type === "int32" || type === "int64") return numbersOf(field, descriptor);
  if (typeof field.value === "number") throw new UnknownOnnx(`Field ${field.id} is a number.`);
  if (isMessage(type)) return [readMessage(type, field.value)];
  return [type === "string" ? utf8.decode(field.value) : field.value];
}

/**
 * Reads a message by its descriptor; throws `UnknownOnnx` at a field that the descriptor does not have. Not by
 * protobufjs, which the scoring process would otherwise not load: it takes 30 ms of the start, and makes code from text.
 */
export function readMessage<Name extends MessageName>(name: Name, bytes: Uint8Array): OnnxMessage<Name> {
  const descriptors = Object.entries<FieldDescriptor>(onnxMessages[name].fields);
  const found = new Map<number, unknown[]>();
  for (const field of fieldsOf(bytes)) {
    const descriptor = descriptors.find(([, { id }]) => id === field.id)?.[1];
    if (descriptor === undefined) throw new UnknownOnnx(`${name} has the field ${field.id}.`);
    const values = found.get(field.id) ?? [];
    values.push(...valuesOf(field, descriptor));
    found.set(field.id, values);
  }
  return Object.fromEntries(
    descriptors.flatMap(([key, { id, rule }]) => {
      const values = found.get(id);
      return values === undefined ? [] : [[key, rule === "repeated" ? values : values.at(-1)]];
    }),
  ) as OnnxMessage<Name>;
}
