/**
 * The messages of ONNX that a model file is made of, with the field numbers of `onnx/onnx.proto`
 * (github.com/onnx/onnx, IR version 8), as descriptors of protobufjs. Trainers write by this table and `readMessage`
 * reads by it. Fields that no trainer writes are left out, so that the reader knows a file that is not one of theirs.
 */
export const onnxMessages = {
  OperatorSet: { fields: { domain: { id: 1, type: "string" }, version: { id: 2, type: "int64" } } },
  Tensor: {
    fields: {
      dims: { id: 1, type: "int64", rule: "repeated" },
      dataType: { id: 2, type: "int32" },
      stringData: { id: 6, type: "bytes", rule: "repeated" },
      name: { id: 8, type: "string" },
      rawData: { id: 9, type: "bytes" },
    },
  },
  Attribute: {
    fields: {
      name: { id: 1, type: "string" },
      i: { id: 3, type: "int64" },
      t: { id: 5, type: "Tensor" },
      ints: { id: 8, type: "int64", rule: "repeated" },
      strings: { id: 9, type: "bytes", rule: "repeated" },
      type: { id: 20, type: "int32" },
    },
  },
  Node: {
    fields: {
      input: { id: 1, type: "string", rule: "repeated" },
      output: { id: 2, type: "string", rule: "repeated" },
      name: { id: 3, type: "string" },
      opType: { id: 4, type: "string" },
      attribute: { id: 5, type: "Attribute", rule: "repeated" },
      domain: { id: 7, type: "string" },
    },
  },
  Dimension: { fields: { dimValue: { id: 1, type: "int64" }, dimParam: { id: 2, type: "string" } } },
  Shape: { fields: { dim: { id: 1, type: "Dimension", rule: "repeated" } } },
  TensorType: { fields: { elemType: { id: 1, type: "int32" }, shape: { id: 2, type: "Shape" } } },
  ValueType: { fields: { tensorType: { id: 1, type: "TensorType" } } },
  ValueInfo: { fields: { name: { id: 1, type: "string" }, type: { id: 2, type: "ValueType" } } },
  Graph: {
    fields: {
      node: { id: 1, type: "Node", rule: "repeated" },
      name: { id: 2, type: "string" },
      initializer: { id: 5, type: "Tensor", rule: "repeated" },
      input: { id: 11, type: "ValueInfo", rule: "repeated" },
      output: { id: 12, type: "ValueInfo", rule: "repeated" },
    },
  },
  Metadata: { fields: { key: { id: 1, type: "string" }, value: { id: 2, type: "string" } } },
  Model: {
    fields: {
      irVersion: { id: 1, type: "int64" },
      producerName: { id: 2, type: "string" },
      graph: { id: 7, type: "Graph" },
      opsetImport: { id: 8, type: "OperatorSet", rule: "repeated" },
      metadataProps: { id: 14, type: "Metadata", rule: "repeated" },
    },
  },
} as const;

export type MessageName = keyof typeof onnxMessages;

interface Scalars {
  string: string;
  bytes: Uint8Array;
  int32: number;
  int64: number;
}

type FieldValue<Type> = Type extends keyof Scalars
  ? Scalars[Type]
  : Type extends MessageName
    ? OnnxMessage<Type>
    : never;

type Fields<Name extends MessageName> = (typeof onnxMessages)[Name]["fields"];

/** A message by its fields' names; one that is not in the file is absent. */
export type OnnxMessage<Name extends MessageName> = {
  [Field in keyof Fields<Name>]?: Fields<Name>[Field] extends { type: infer Type; rule: "repeated" }
    ? FieldValue<Type>[]
    : Fields<Name>[Field] extends { type: infer Type }
      ? FieldValue<Type>
      : never;
};

/** `TensorProto.DataType`. */
export const elementTypes = {
  float: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  double: 11,
} as const;
export type ElementType = keyof typeof elementTypes;

/** `AttributeProto.AttributeType`. */
export const attributeTypes = { int: 2, tensor: 4, ints: 7, strings: 8 } as const;
