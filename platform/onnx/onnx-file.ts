/** A constant of a graph. */
export interface OnnxTensor {
  readonly dims: readonly number[];
  readonly values: readonly number[] | readonly string[];
}

export interface OnnxNode {
  readonly op: string;
  /** "" is ONNX's own operator set. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, number | readonly number[] | readonly string[]>;
}

/** The computation in a model file. */
export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, OnnxTensor>;
  /** Element types (`TensorProto.DataType`) by name. */
  readonly inputs: ReadonlyMap<string, number>;
  readonly outputs: ReadonlyMap<string, number>;
  /** Versions of the operator sets by domain: they say what the operators mean. */
  readonly operatorSets: ReadonlyMap<string, number>;
}

/** `TensorProto.DataType`. */
export const elementTypes = { int64: 7, string: 8, bool: 9, double: 11 } as const;

/** The file has something that this reader does not know; it may be a good model all the same. */
export class UnknownOnnx extends Error {}

interface Field {
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
function* fieldsOf(bytes: Uint8Array): Generator<Field> {
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

function asBytes({ id, value }: Field): Uint8Array {
  if (typeof value === "number") throw new UnknownOnnx(`Field ${id} is a number.`);
  return value;
}

function asText(field: Field): string {
  return utf8.decode(asBytes(field));
}

function asNumber({ id, value }: Field): number {
  if (typeof value !== "number") throw new UnknownOnnx(`Field ${id} is not a number.`);
  return value;
}

/** A repeated number comes one by one or packed. */
function asNumbers({ value }: Field): number[] {
  if (typeof value === "number") return [value];
  const numbers: number[] = [];
  for (let at = 0; at < value.length;) {
    const [number, next] = varint(value, at);
    numbers.push(number);
    at = next;
  }
  return numbers;
}

function unknownField(message: string, { id }: Field): never {
  throw new UnknownOnnx(`${message} has the field ${id}.`);
}

function rawNumbers(bytes: Uint8Array, dataType: number): number[] {
  if (dataType !== elementTypes.double && dataType !== elementTypes.int64) {
    throw new UnknownOnnx(`A constant has the type ${dataType}.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 8 }, (_, index) =>
    dataType === elementTypes.double
      ? view.getFloat64(8 * index, true)
      : Number(view.getBigInt64(8 * index, true)),
  );
}

function tensorOf(bytes: Uint8Array): [name: string, tensor: OnnxTensor] {
  const dims: number[] = [];
  const texts: string[] = [];
  let dataType = 0;
  let name = "";
  let raw: Uint8Array | undefined;
  for (const field of fieldsOf(bytes)) {
    if (field.id === 1) dims.push(...asNumbers(field));
    else if (field.id === 2) dataType = asNumber(field);
    else if (field.id === 6) texts.push(asText(field));
    else if (field.id === 8) name = asText(field);
    else if (field.id === 9) raw = asBytes(field);
    else unknownField("A constant", field);
  }
  const values = dataType === elementTypes.string ? texts : rawNumbers(raw ?? new Uint8Array(), dataType);
  if (values.length !== dims.reduce((size, dim) => size * dim, 1)) {
    throw new UnknownOnnx(`The constant ${name} has ${values.length} values.`);
  }
  return [name, { dims, values }];
}

function attributeOf(bytes: Uint8Array): [name: string, value: number | number[] | string[]] {
  const numbers: number[] = [];
  const texts: string[] = [];
  let name = "";
  let type = 0;
  for (const field of fieldsOf(bytes)) {
    if (field.id === 1) name = asText(field);
    else if (field.id === 3) numbers.push(asNumber(field));
    else if (field.id === 8) numbers.push(...asNumbers(field));
    else if (field.id === 9) texts.push(asText(field));
    else if (field.id === 20) type = asNumber(field);
    else unknownField("An attribute", field);
  }
  // `AttributeProto.AttributeType`: 2 = INT, 7 = INTS, 8 = STRINGS.
  if (type === 2) return [name, numbers[0] ?? 0];
  if (type === 7) return [name, numbers];
  if (type === 8) return [name, texts];
  throw new UnknownOnnx(`The attribute ${name} has the type ${type}.`);
}

function nodeOf(bytes: Uint8Array): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, number | number[] | string[]>();
  let op = "";
  let domain = "";
  for (const field of fieldsOf(bytes)) {
    if (field.id === 1) inputs.push(asText(field));
    else if (field.id === 2) outputs.push(asText(field));
    else if (field.id === 4) op = asText(field);
    else if (field.id === 5) attributes.set(...attributeOf(asBytes(field)));
    else if (field.id === 7) domain = asText(field);
    // 3 is the node's own name.
    else if (field.id !== 3) unknownField("A node", field);
  }
  return { op, domain, inputs, outputs, attributes };
}

function only(bytes: Uint8Array, id: number): Uint8Array {
  for (const field of fieldsOf(bytes)) if (field.id === id) return asBytes(field);
  throw new UnknownOnnx(`The field ${id} is missing.`);
}

/** Name and element type of an input or output, which has to be a tensor. */
function valueOf(bytes: Uint8Array): [name: string, elementType: number] {
  const name = utf8.decode(only(bytes, 1));
  const tensorType = only(only(bytes, 2), 1);
  for (const field of fieldsOf(tensorType)) if (field.id === 1) return [name, asNumber(field)];
  throw new UnknownOnnx(`${name} has no type.`);
}

function graphOf(bytes: Uint8Array): Omit<OnnxGraph, "operatorSets"> {
  const nodes: OnnxNode[] = [];
  const constants = new Map<string, OnnxTensor>();
  const inputs = new Map<string, number>();
  const outputs = new Map<string, number>();
  for (const field of fieldsOf(bytes)) {
    if (field.id === 1) nodes.push(nodeOf(asBytes(field)));
    else if (field.id === 5) constants.set(...tensorOf(asBytes(field)));
    else if (field.id === 11) inputs.set(...valueOf(asBytes(field)));
    else if (field.id === 12) outputs.set(...valueOf(asBytes(field)));
    // 2 is the graph's name.
    else if (field.id !== 2) unknownField("The graph", field);
  }
  return { nodes, constants, inputs, outputs };
}

function operatorSetOf(bytes: Uint8Array): [domain: string, version: number] {
  let domain = "";
  let version = 0;
  for (const field of fieldsOf(bytes)) {
    if (field.id === 1) domain = asText(field);
    else if (field.id === 2) version = asNumber(field);
    else unknownField("An operator set", field);
  }
  return [domain, version];
}

function modelOf(bytes: Uint8Array): OnnxGraph {
  const operatorSets = new Map<string, number>();
  let graph: Omit<OnnxGraph, "operatorSets"> | undefined;
  for (const field of fieldsOf(bytes)) {
    if (field.id === 7) graph = graphOf(asBytes(field));
    else if (field.id === 8) operatorSets.set(...operatorSetOf(asBytes(field)));
    // 1 is the version of the file format, 2 the name of the program that wrote it.
    else if (field.id > 2) unknownField("The model", field);
  }
  if (graph === undefined) throw new UnknownOnnx("The file has no graph.");
  return { ...graph, operatorSets };
}

/**
 * The graph of a model file, read without an ONNX runtime. It knows what our own trainers write
 * (`training/onnx/onnx-messages.ts`) and throws `UnknownOnnx` at anything else, so that nothing is overlooked.
 */
export function readOnnxGraph(file: Uint8Array): OnnxGraph {
  try {
    return modelOf(file);
  } catch (error) {
    if (error instanceof UnknownOnnx) throw error;
    throw new UnknownOnnx("The file is not an ONNX model.", { cause: error });
  }
}
