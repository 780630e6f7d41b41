import { Root } from "protobufjs/light";
import {
  attributeTypes,
  elementTypes,
  onnxMessages,
  type ElementType,
  type OnnxMessage,
} from "../../platform/onnx/onnx-messages";
import {
  operators,
  operatorSets,
  type Operator,
  type OperatorAttributes,
  type OperatorInputs,
  type TensorAttribute,
} from "../../platform/onnx/onnx-operators";

/** The first IR version in which a constant need not be an input as well, and that onnxruntime 1.16 (2023) reads. */
export const irVersion = 8;

const utf8 = new TextEncoder();
const root = Root.fromJSON({ nested: onnxMessages });
export const modelType = root.lookupType("Model");
const graphType = root.lookupType("Graph");

function littleEndian(values: readonly number[], write: (view: DataView, at: number, value: number) => void) {
  const view = new DataView(new ArrayBuffer(values.length * 8));
  values.forEach((value, index) => write(view, index * 8, value));
  return new Uint8Array(view.buffer);
}

type Attribute = number | readonly number[] | readonly string[] | TensorAttribute;

function tensorMessage({ type, values }: TensorAttribute): OnnxMessage<"Tensor"> {
  const rawData =
    type === "uint8"
      ? Uint8Array.from(values)
      : littleEndian(values, (view, at, value) => view.setFloat64(at, value, true));
  return { dims: [values.length], dataType: elementTypes[type], rawData };
}

function attributeMessage(
  name: string,
  kind: keyof typeof attributeTypes,
  value: Attribute,
): OnnxMessage<"Attribute"> {
  const type = attributeTypes[kind];
  switch (kind) {
    case "int":
      return { name, type, i: value as number };
    case "ints":
      return { name, type, ints: value as number[] };
    case "tensor":
      return { name, type, t: tensorMessage(value as TensorAttribute) };
    case "strings":
      return { name, type, strings: (value as string[]).map((text) => utf8.encode(text)) };
  }
}

interface NodeOptions<Op extends Operator> {
  readonly attributes?: OperatorAttributes<Op>;
  /** Name of the result; by default one is made. */
  readonly output?: string;
}

/** An ONNX graph under construction: each method adds something and returns the name of the value it gives. */
export class OnnxGraph {
  private readonly nodes: OnnxMessage<"Node">[] = [];
  private readonly initializers: OnnxMessage<"Tensor">[] = [];
  private readonly inputs: OnnxMessage<"ValueInfo">[] = [];
  private readonly outputs: OnnxMessage<"ValueInfo">[] = [];

  /** `prefix` begins the names of all inner values; no input or output may begin with it. */
  constructor(private readonly prefix: string) {}

  input(name: string, type: ElementType, shape: readonly (number | string)[]): string {
    this.inputs.push(valueInfo(name, type, shape));
    return name;
  }

  output(name: string, type: ElementType, shape: readonly (number | string)[]): void {
    this.outputs.push(valueInfo(name, type, shape));
  }

  node<Op extends Operator>(op: Op, given: OperatorInputs<Op>, options: NodeOptions<Op> = {}): string {
    const { domain, inputs, attributes } = operators[op];
    const name = `${this.prefix}${op}${this.nodes.length}`;
    const output = options.output ?? name;
    const values: Readonly<Record<string, Attribute>> = options.attributes ?? {};
    const kinds: [string, keyof typeof attributeTypes][] = Object.entries(attributes);
    this.nodes.push({
      name,
      opType: op,
      input: orderedInputs(inputs, given),
      output: [output],
      attribute: kinds.map(([key, kind]) => attributeMessage(key, kind, values[key] ?? [])),
      ...(domain !== "" && { domain }),
    });
    return output;
  }

  doubles(values: readonly number[], dims: number[]): string {
    const rawData = littleEndian(values, (view, at, value) => view.setFloat64(at, value, true));
    return this.initializer({ dims, dataType: elementTypes.double, rawData });
  }

  int64s(values: readonly number[], dims: number[]): string {
    const rawData = littleEndian(values, (view, at, value) => view.setBigInt64(at, BigInt(value), true));
    return this.initializer({ dims, dataType: elementTypes.int64, rawData });
  }

  strings(values: readonly string[], dims: number[]): string {
    const stringData = values.map((text) => utf8.encode(text));
    return this.initializer({ dims, dataType: elementTypes.string, stringData });
  }

  /** The bytes of the finished file; equal graphs have equal bytes. */
  encode(
    name: string,
    {
      sets = operatorSets,
      metadata = {},
    }: {
      readonly sets?: Readonly<Record<string, number>>;
      readonly metadata?: Readonly<Record<string, string>>;
    } = {},
  ): Uint8Array {
    const model: OnnxMessage<"Model"> = {
      irVersion,
      producerName: "mlops",
      opsetImport: Object.entries(sets).map(([domain, version]) => ({ domain, version })),
      graph: { name, ...this.message() },
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    };
    return modelType.encode(modelType.create(model)).finish();
  }

  /** The bytes of the graph alone, to be joined with those of another. */
  encodeGraph(): Uint8Array {
    return graphType.encode(graphType.create(this.message())).finish();
  }

  private message(): Omit<OnnxMessage<"Graph">, "name"> {
    return {
      node: this.nodes,
      initializer: this.initializers,
      input: this.inputs,
      output: this.outputs,
    };
  }

  private initializer(tensor: Omit<OnnxMessage<"Tensor">, "name">): string {
    const name = `${this.prefix}constant${this.initializers.length}`;
    this.initializers.push({ name, ...tensor });
    return name;
  }
}

function orderedInputs(
  names: readonly string[] | "many",
  given: readonly string[] | Readonly<Record<string, string>>,
): string[] {
  if (names === "many") return Object.values(given);
  const byName = new Map(Object.entries(given));
  return names.map((name) => byName.get(name) ?? "");
}

function valueInfo(
  name: string,
  type: ElementType,
  shape: readonly (number | string)[],
): OnnxMessage<"ValueInfo"> {
  const dim = shape.map((size) => (typeof size === "number" ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: elementTypes[type], shape: { dim } } } };
}
