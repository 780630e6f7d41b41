import { attributeTypes, elementTypes, type OnnxMessage } from "./onnx-messages";
import type { TensorAttribute } from "./onnx-operators";
import { readMessage, UnknownOnnx } from "./read-message";

/** A constant of a graph. */
export interface OnnxTensor {
  readonly dims: readonly number[];
  readonly values: readonly number[] | readonly string[];
}

export type OnnxAttribute = number | readonly number[] | readonly string[] | TensorAttribute;

export interface OnnxNode {
  readonly op: string;
  /** "" is ONNX's own operator set. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

/** The computation in a model file. */
export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, OnnxTensor>;
  /** Element types (`TensorProto.DataType`) by name. */
  readonly inputs: ReadonlyMap<string, number>;
  /** Versions of the operator sets by domain: they say what the operators mean. */
  readonly operatorSets: ReadonlyMap<string, number>;
  /** What the writer of the file has said besides, by key. */
  readonly metadata: ReadonlyMap<string, string>;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function rawNumbers(bytes: Uint8Array, dataType: number): number[] {
  if (dataType === elementTypes.uint8) return Array.from(bytes);
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

function tensorOf(message: OnnxMessage<"Tensor">): [name: string, tensor: OnnxTensor] {
  const { name = "", dims = [], dataType = 0, stringData = [], rawData = new Uint8Array() } = message;
  const values =
    dataType === elementTypes.string
      ? stringData.map((text) => utf8.decode(text))
      : rawNumbers(rawData, dataType);
  if (values.length !== dims.reduce((size, dim) => size * dim, 1)) {
    throw new UnknownOnnx(`The constant ${name} has ${values.length} values.`);
  }
  return [name, { dims, values }];
}

function tensorAttributeOf(message: OnnxMessage<"Tensor">): TensorAttribute {
  const [, { values }] = tensorOf(message);
  const type = message.dataType === elementTypes.uint8 ? "uint8" : "double";
  return {
    type,
    values: values.map((value) => {
      if (typeof value === "number" && message.dataType === elementTypes[type]) return value;
      throw new UnknownOnnx(`An attribute has the type ${message.dataType}.`);
    }),
  };
}

function attributeOf(message: OnnxMessage<"Attribute">): [name: string, value: OnnxAttribute] {
  const { name = "", type, i = 0, t, ints = [], strings = [] } = message;
  if (type === attributeTypes.int) return [name, i];
  if (type === attributeTypes.tensor && t) return [name, tensorAttributeOf(t)];
  if (type === attributeTypes.ints) return [name, ints];
  if (type === attributeTypes.strings) return [name, strings.map((text) => utf8.decode(text))];
  throw new UnknownOnnx(`The attribute ${name} has the type ${type}.`);
}

function nodeOf({ opType, domain, input, output, attribute }: OnnxMessage<"Node">): OnnxNode {
  return {
    op: opType ?? "",
    domain: domain ?? "",
    inputs: input ?? [],
    outputs: output ?? [],
    attributes: new Map((attribute ?? []).map(attributeOf)),
  };
}

/** Name and element type of an input, which has to be a tensor. */
function valueOf({ name, type }: OnnxMessage<"ValueInfo">): [name: string, elementType: number] {
  const elementType = type?.tensorType?.elemType;
  if (name !== undefined && elementType !== undefined) return [name, elementType];
  throw new UnknownOnnx(`The input ${name} has no type.`);
}

function modelOf({ graph, opsetImport = [], metadataProps = [] }: OnnxMessage<"Model">): OnnxGraph {
  if (graph === undefined) throw new UnknownOnnx("The file has no graph.");
  return {
    nodes: (graph.node ?? []).map(nodeOf),
    constants: new Map((graph.initializer ?? []).map(tensorOf)),
    inputs: new Map((graph.input ?? []).map(valueOf)),
    operatorSets: new Map(opsetImport.map(({ domain = "", version = 0 }) => [domain, version])),
    metadata: new Map(metadataProps.map(({ key = "", value = "" }) => [key, value])),
  };
}

/**
 * The graph of a model file, read without an ONNX runtime. It knows what our own trainers write and throws `UnknownOnnx`
 * at anything else, so that nothing is overlooked.
 */
export function readOnnxGraph(file: Uint8Array): OnnxGraph {
  try {
    return modelOf(readMessage("Model", file));
  } catch (error) {
    if (error instanceof UnknownOnnx) throw error;
    throw new UnknownOnnx("The file is not an ONNX model.", { cause: error });
  }
}
