import { Reader, Writer } from "protobufjs/light";
import type { OnnxMessage } from "../../platform/onnx/onnx-messages";
import { modelType } from "./onnx-graph";

/** An input or output of a model that another program wrote. */
export interface ForeignValue {
  readonly name: string;
  /** `TensorProto.DataType`; absent for what is no tensor. */
  readonly elementType?: number;
  /** Sizes of its dimensions, undefined where they are open; absent when nothing is said of them. */
  readonly shape?: readonly (number | undefined)[];
}

export interface ForeignNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The classes that it is for, where it names them. */
  readonly classes?: readonly (string | number)[];
}

/** What of another program's model has to be known to ask it for predictions. */
export interface ForeignModel {
  readonly irVersion: number;
  /** Domains of the operators that it declares. */
  readonly domains: ReadonlySet<string>;
  /** Without those that only repeat constants, as in old files. */
  readonly inputs: readonly ForeignValue[];
  readonly outputs: readonly ForeignValue[];
  readonly nodes: readonly ForeignNode[];
}

function valueOf({ name = "", type }: OnnxMessage<"ValueInfo">): ForeignValue {
  const tensor = type?.tensorType;
  // A sequence of maps has a type that the descriptor does not know, and which is then an empty one.
  if (!tensor?.elemType) return { name };
  const shape = tensor.shape?.dim?.map(({ dimValue }) =>
    Number(dimValue) > 0 ? Number(dimValue) : undefined,
  );
  return { name, elementType: tensor.elemType, ...(shape && { shape }) };
}

function nodeOf({ opType = "", input = [], output = [], attribute = [] }: OnnxMessage<"Node">): ForeignNode {
  const texts = attribute.find(({ name }) => name === "classlabels_strings")?.strings ?? [];
  const numbers =
    attribute.find(({ name }) => name === "classlabels_int64s" || name === "classlabels_ints")?.ints ?? [];
  const classes = texts.length > 0 ? texts.map((text) => Buffer.from(text).toString()) : numbers.map(Number);
  return { op: opType, inputs: input, outputs: output, ...(classes.length > 0 && { classes }) };
}

/** Reads a model file; undefined when it is none. What it has beyond the descriptors is passed over. */
export function readForeignModel(file: Uint8Array): ForeignModel | undefined {
  let model: OnnxMessage<"Model">;
  try {
    model = modelType.decode(file) as OnnxMessage<"Model">;
  } catch {
    // Loading it, which comes next, says why.
    return undefined;
  }
  const { graph, opsetImport = [], irVersion = 0 } = model;
  if (!graph) return undefined;
  const constants = new Set((graph.initializer ?? []).map(({ name }) => name));
  return {
    irVersion: Number(irVersion),
    domains: new Set(opsetImport.map(({ domain = "" }) => (domain === "ai.onnx" ? "" : domain))),
    inputs: (graph.input ?? []).filter(({ name }) => !constants.has(name)).map(valueOf),
    outputs: (graph.output ?? []).map(valueOf),
    nodes: (graph.node ?? []).map(nodeOf),
  };
}

/** What becomes of a field that holds bytes: other ones, or nothing. */
type Change = (bytes: Uint8Array) => Uint8Array | undefined;

const lengthDelimited = 2;

/** Copies a message field by field; those with a change are replaced, all others stay as they are, known or not. */
function changeFields(message: Uint8Array, changes: Readonly<Record<number, Change>>): Uint8Array {
  const reader = Reader.create(message);
  const parts: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const tag = reader.uint32();
    const change = changes[tag >>> 3];
    if (change === undefined || (tag & 7) !== lengthDelimited) {
      reader.skipType(tag & 7);
      parts.push(message.subarray(start, reader.pos));
      continue;
    }
    const changed = change(reader.bytes());
    if (changed !== undefined) parts.push(Writer.create().uint32(tag).bytes(changed).finish());
  }
  return Buffer.concat(parts);
}

const drop: Change = () => undefined;

/** Gives every value of a graph, and of those inside it, another name: the one it had, behind a prefix. */
function prefixGraph(graph: Uint8Array, prefix: string, inputsAndOutputs: "keep" | "drop"): Uint8Array {
  // An input that is left out has an empty name.
  const name: Change = (text) => (text.length === 0 ? text : Buffer.concat([Buffer.from(prefix), text]));
  const inner: Change = (bytes) => prefixGraph(bytes, prefix, "keep");
  const attribute: Change = (bytes) => changeFields(bytes, { 6: inner, 11: inner });
  const tensor: Change = (bytes) => changeFields(bytes, { 8: name });
  const value: Change = inputsAndOutputs === "drop" ? drop : (bytes) => changeFields(bytes, { 1: name });
  return changeFields(graph, {
    // Nodes, constants, sparse constants, inputs and outputs; what is said of the types of other values is not needed.
    1: (bytes) => changeFields(bytes, { 1: name, 2: name, 5: attribute }),
    5: tensor,
    15: (bytes) => changeFields(bytes, { 1: tensor }),
    11: value,
    12: value,
    13: drop,
    14: drop,
  });
}

/** The graphs around a foreign one, whose values have their names behind `prefix`. */
export interface Surroundings {
  readonly prefix: string;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  readonly irVersion: number;
  /** Operator sets to declare besides. */
  readonly operatorSets: Readonly<Record<string, number>>;
}

/** A model file whose graph begins and ends with others: what it computes in between is as it was. */
export function surround(
  file: Uint8Array,
  { prefix, before, after, irVersion, operatorSets }: Surroundings,
): Uint8Array {
  const changed = changeFields(file, {
    7: (graph) => Buffer.concat([before, prefixGraph(graph, prefix, "drop"), after]),
  });
  const opsetImport = Object.entries(operatorSets).map(([domain, version]) => ({ domain, version }));
  // Of a field that is there twice, the last counts; of a list, both.
  return Buffer.concat([changed, modelType.encode({ irVersion, opsetImport }).finish()]);
}
