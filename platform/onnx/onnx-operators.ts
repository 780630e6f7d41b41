/** Versions of the operator sets: in others an operator may mean something else. Old enough for onnxruntime 1.16 (2023). */
export const operatorSets = { "": 17, "ai.onnx.ml": 2 } as const;
/** Those of trees, which only since version 5 have 64 bits throughout: onnxruntime 1.20 (2024) reads them. */
export const treeOperatorSets = { "": 17, "ai.onnx.ml": 5 } as const;

/**
 * The operators that models are written with: their inputs, by ONNX's names and in its order ("many" for one that takes
 * as many as there are), and their attributes. Trainers write by this table and the reader of linear models reads by it.
 */
export const operators = {
  Add: { domain: "", inputs: ["A", "B"], attributes: {} },
  ArgMax: { domain: "", inputs: ["data"], attributes: { axis: "int", keepdims: "int" } },
  ArrayFeatureExtractor: { domain: "ai.onnx.ml", inputs: ["X", "Y"], attributes: {} },
  Cast: { domain: "", inputs: ["input"], attributes: { to: "int" } },
  Concat: { domain: "", inputs: "many", attributes: { axis: "int" } },
  Div: { domain: "", inputs: ["A", "B"], attributes: {} },
  Exp: { domain: "", inputs: ["input"], attributes: {} },
  Floor: { domain: "", inputs: ["X"], attributes: {} },
  Gemm: { domain: "", inputs: ["A", "B"], attributes: {} },
  Gather: { domain: "", inputs: ["data", "indices"], attributes: {} },
  Greater: { domain: "", inputs: ["A", "B"], attributes: {} },
  Identity: { domain: "", inputs: ["input"], attributes: {} },
  IsNaN: { domain: "", inputs: ["X"], attributes: {} },
  LabelEncoder: {
    domain: "ai.onnx.ml",
    inputs: ["X"],
    attributes: { keys_strings: "strings", values_int64s: "ints", default_int64: "int" },
  },
  Max: { domain: "", inputs: "many", attributes: {} },
  Mul: { domain: "", inputs: ["A", "B"], attributes: {} },
  Pow: { domain: "", inputs: ["X", "Y"], attributes: {} },
  ReduceSum: { domain: "", inputs: ["data", "axes"], attributes: {} },
  Reshape: { domain: "", inputs: ["data", "shape"], attributes: {} },
  Sigmoid: { domain: "", inputs: ["X"], attributes: {} },
  Sin: { domain: "", inputs: ["input"], attributes: {} },
  Softmax: { domain: "", inputs: ["input"], attributes: { axis: "int" } },
  Sub: { domain: "", inputs: ["A", "B"], attributes: {} },
  Sum: { domain: "", inputs: "many", attributes: {} },
  TreeEnsemble: {
    domain: "ai.onnx.ml",
    inputs: ["X"],
    attributes: {
      n_targets: "int",
      aggregate_function: "int",
      post_transform: "int",
      tree_roots: "ints",
      nodes_featureids: "ints",
      nodes_splits: "tensor",
      nodes_modes: "tensor",
      nodes_missing_value_tracks_true: "ints",
      nodes_truenodeids: "ints",
      nodes_trueleafs: "ints",
      nodes_falsenodeids: "ints",
      nodes_falseleafs: "ints",
      membership_values: "tensor",
      leaf_targetids: "ints",
      leaf_weights: "tensor",
    },
  },
  Where: { domain: "", inputs: ["condition", "X", "Y"], attributes: {} },
} as const;

export type Operator = keyof typeof operators;

/** Names of values: by the operator's inputs, or a list where it takes many. */
export type OperatorInputs<Op extends Operator> =
  (typeof operators)[Op]["inputs"] extends readonly (infer Name extends string)[]
    ? Readonly<Record<Name, string>>
    : readonly string[];

/** A tensor as an attribute. */
export interface TensorAttribute {
  readonly type: "double" | "uint8";
  readonly values: readonly number[];
}

interface AttributeValues {
  tensor: TensorAttribute;
  int: number;
  ints: readonly number[];
  strings: readonly string[];
}

/** Values of the operator's attributes, all of which are given. */
export type OperatorAttributes<Op extends Operator> = {
  readonly [
    Name in keyof (typeof operators)[Op]["attributes"]
  ]: (typeof operators)[Op]["attributes"][Name] extends infer Kind extends keyof AttributeValues
    ? AttributeValues[Kind]
    : never;
};
