import {
  attributeTypes,
  elementTypes,
  encodeModel,
  type AttributeMessage,
  type ElementType,
  type NodeMessage,
  type TensorMessage,
  type ValueInfoMessage,
} from "./onnx-messages";

const utf8 = new TextEncoder();

function littleEndian(values: readonly number[], write: (view: DataView, at: number, value: number) => void) {
  const view = new DataView(new ArrayBuffer(values.length * 8));
  values.forEach((value, index) => write(view, index * 8, value));
  return new Uint8Array(view.buffer);
}

export function intAttribute(name: string, i: number): AttributeMessage {
  return { name, type: attributeTypes.int, i };
}

export function intsAttribute(name: string, ints: number[]): AttributeMessage {
  return { name, type: attributeTypes.ints, ints };
}

export function stringsAttribute(name: string, strings: readonly string[]): AttributeMessage {
  return { name, type: attributeTypes.strings, strings: strings.map((text) => utf8.encode(text)) };
}

interface NodeOptions {
  readonly attributes?: AttributeMessage[];
  readonly domain?: string;
  /** Name of the result; by default one is made. */
  readonly output?: string;
}

/** An ONNX graph under construction: each method adds something and returns the name of the value it gives. */
export class OnnxGraph {
  private readonly nodes: NodeMessage[] = [];
  private readonly initializers: TensorMessage[] = [];
  private readonly inputs: ValueInfoMessage[] = [];
  private readonly outputs: ValueInfoMessage[] = [];

  /** `prefix` begins the names of all inner values; no input or output may begin with it. */
  constructor(private readonly prefix: string) {}

  input(name: string, type: ElementType, shape: readonly (number | string)[]): string {
    this.inputs.push(valueInfo(name, type, shape));
    return name;
  }

  output(name: string, type: ElementType, shape: readonly (number | string)[]): void {
    this.outputs.push(valueInfo(name, type, shape));
  }

  node(opType: string, input: string[], options: NodeOptions = {}): string {
    const name = `${this.prefix}${opType}${this.nodes.length}`;
    const output = options.output ?? name;
    this.nodes.push({
      name,
      opType,
      input,
      output: [output],
      attribute: options.attributes ?? [],
      ...(options.domain !== undefined && { domain: options.domain }),
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

  /** The finished file. IR 8 with operator sets 17 and ml 2 is old enough for onnxruntime 1.16 (2023). */
  encode(name: string): Uint8Array {
    return encodeModel({
      irVersion: 8,
      producerName: "mlops",
      opsetImport: [
        { domain: "", version: 17 },
        { domain: "ai.onnx.ml", version: 2 },
      ],
      graph: {
        name,
        node: this.nodes,
        initializer: this.initializers,
        input: this.inputs,
        output: this.outputs,
      },
    });
  }

  private initializer(tensor: Omit<TensorMessage, "name">): string {
    const name = `${this.prefix}constant${this.initializers.length}`;
    this.initializers.push({ name, ...tensor });
    return name;
  }
}

function valueInfo(name: string, type: ElementType, shape: readonly (number | string)[]): ValueInfoMessage {
  const dim = shape.map((size) => (typeof size === "number" ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: elementTypes[type], shape: { dim } } } };
}
