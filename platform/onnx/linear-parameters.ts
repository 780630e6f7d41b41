import {
  elementTypes,
  readOnnxGraph,
  UnknownOnnx,
  type OnnxGraph,
  type OnnxNode,
  type OnnxTensor,
} from "./onnx-file";
import type { Signature } from "../model/signature";

/** A number, after imputation and standardisation: coefficient × ((x ?? imputation) − mean) / scale. */
export interface NumberTerm {
  readonly kind: "number";
  readonly column: string;
  /** Median of the training rows; absent when the column is not nullable: a missing value then has no prediction. */
  readonly imputation?: number;
  readonly mean: number;
  /** Population standard deviation; 1 for a constant column. */
  readonly scale: number;
  readonly coefficient: number;
}

/** A boolean as 0 or 1, not standardised. */
export interface BooleanTerm {
  readonly kind: "boolean";
  readonly column: string;
  readonly coefficient: number;
}

/** A category: one coefficient per known value; an unknown value contributes nothing. */
export interface CategoryTerm {
  readonly kind: "category";
  readonly column: string;
  /** Most frequent value of the training rows; absent when the column is not nullable. */
  readonly imputation?: string;
  readonly values: readonly string[];
  /** In the order of `values`. */
  readonly coefficients: readonly number[];
}

export type Term = NumberTerm | BooleanTerm | CategoryTerm;

/** A fitted model: intercept plus the sum of its terms; for a classification the log-odds of the positive class. */
export interface LinearParameters {
  readonly signature: Signature;
  readonly intercept: number;
  /** In the order of the signature's inputs. */
  readonly terms: readonly Term[];
}

function differs(what: string): never {
  throw new UnknownOnnx(`The graph is not that of a linear model: ${what}.`);
}

/** Follows a graph from its outputs to its inputs; whatever is not as our trainers write it ends in `UnknownOnnx`. */
class LinearGraph {
  private readonly producers = new Map<string, OnnxNode>();

  constructor(private readonly graph: OnnxGraph) {
    for (const node of graph.nodes) for (const output of node.outputs) this.producers.set(output, node);
  }

  /** Inputs of the node that makes a value, which has to be the operator named, with exactly the attributes given. */
  inputsOf(value: string, op: string, attributes: Readonly<Record<string, number>> = {}): string[] {
    const node = this.nodeOf(value, op, "");
    const expected = Object.entries(attributes);
    if (node.attributes.size !== expected.length) differs(`${op} has ${node.attributes.size} attributes`);
    for (const [name, number] of expected) {
      if (node.attributes.get(name) !== number) differs(`${op} has another ${name}`);
    }
    return [...node.inputs];
  }

  nodeOf(value: string, op: string, domain: string): OnnxNode {
    const node = this.producers.get(value);
    if (node?.op !== op || node.domain !== domain || node.outputs.length !== 1) {
      differs(`${value} is not made by ${op}`);
    }
    return node;
  }

  isMadeBy(value: string, op: string): boolean {
    return this.producers.get(value)?.op === op;
  }

  constant(value: string | undefined): OnnxTensor {
    return this.graph.constants.get(value ?? "") ?? differs(`${value} is not a constant`);
  }

  numbers(value: string | undefined, size: number): number[] {
    const { values } = this.constant(value);
    if (values.length !== size) differs(`${value} has ${values.length} values`);
    return values.map((number) => (typeof number === "number" ? number : differs(`${value} is text`)));
  }

  /** The feature that a column, [N, 1], is. */
  feature(value: string | undefined): string {
    const [input = "", shape] = this.inputsOf(value ?? "", "Reshape");
    if (this.numbers(shape, 2).join() !== "-1,1") differs("a feature is not a column");
    if (!this.graph.inputs.has(input)) differs(`${input} is not an input`);
    return input;
  }
}

function numberTerms(graph: LinearGraph, scaled: string, coefficients: readonly number[]): NumberTerm[] {
  const size = coefficients.length;
  const [centred = "", scales] = graph.inputsOf(scaled, "Div");
  const [filled = "", means] = graph.inputsOf(centred, "Sub");
  let joined = filled;
  let imputations: number[] = coefficients.map(() => NaN);
  if (graph.isMadeBy(filled, "Where")) {
    const [condition = "", replacement, values = ""] = graph.inputsOf(filled, "Where");
    if (graph.inputsOf(condition, "IsNaN")[0] !== values) differs("something else is imputed");
    joined = values;
    imputations = graph.numbers(replacement, size);
  }
  const columns = graph.inputsOf(joined, "Concat", { axis: 1 });
  if (columns.length !== size) differs("columns and coefficients differ in number");
  const mean = graph.numbers(means, size);
  const scale = graph.numbers(scales, size);
  return columns.map((column, index) => {
    const imputation = imputations[index] ?? NaN;
    return {
      kind: "number",
      column: graph.feature(column),
      // A column that is not nullable has NaN for it.
      ...(!Number.isNaN(imputation) && { imputation }),
      mean: mean[index] ?? NaN,
      scale: scale[index] ?? NaN,
      coefficient: coefficients[index] ?? NaN,
    };
  });
}

function booleanTerms(graph: LinearGraph, flags: string, coefficients: readonly number[]): BooleanTerm[] {
  const [joined = ""] = graph.inputsOf(flags, "Cast", { to: elementTypes.double });
  const columns = graph.inputsOf(joined, "Concat", { axis: 1 });
  if (columns.length !== coefficients.length) differs("columns and coefficients differ in number");
  return columns.map((column, index) => ({
    kind: "boolean",
    column: graph.feature(column),
    coefficient: coefficients[index] ?? NaN,
  }));
}

function categoryTerm(graph: LinearGraph, part: string): CategoryTerm {
  const [table, place = ""] = graph.inputsOf(part, "Gather");
  const { inputs, attributes } = graph.nodeOf(place, "LabelEncoder", "ai.onnx.ml");
  const keys = attributes.get("keys_strings");
  const places = attributes.get("values_int64s");
  const size = attributes.get("default_int64");
  if (!Array.isArray(keys) || !Array.isArray(places) || typeof size !== "number" || attributes.size !== 3) {
    differs("a category has another encoding");
  }
  const coefficients = graph.numbers(table, size + 1);
  if (coefficients.pop() !== 0) differs("an unknown category contributes");
  const values = keys.slice(0, size).map(String);
  // One more entry, for "", says which value stands in for a missing one.
  const missing: unknown = keys[size];
  const imputation = missing === "" ? values[Number(places[size])] : undefined;
  if (keys.length > size + 1 || (missing !== undefined && imputation === undefined)) {
    differs("a category has odd values");
  }
  if (values.some((_, index) => places[index] !== index) || new Set(values).size !== size) {
    differs("a category's values are not in order");
  }
  return {
    kind: "category",
    column: graph.feature(inputs[0]),
    ...(imputation !== undefined && { imputation }),
    values,
    coefficients,
  };
}

function termsOf(graph: LinearGraph, part: string): Term[] {
  if (graph.isMadeBy(part, "Gather")) return [categoryTerm(graph, part)];
  const [products = "", axes] = graph.inputsOf(part, "ReduceSum");
  if (graph.numbers(axes, 1)[0] !== 1) differs("a sum is not over the columns");
  const [values = "", factors] = graph.inputsOf(products, "Mul");
  const coefficients = graph.numbers(factors, graph.constant(factors).values.length);
  return graph.isMadeBy(values, "Cast")
    ? booleanTerms(graph, values, coefficients)
    : numberTerms(graph, values, coefficients);
}

/** The linear predictor's name; checks that the outputs are made of it as the task wants. */
function predictorOf(graph: LinearGraph, signature: Signature): string {
  if (signature.task === "regression") return graph.inputsOf("prediction", "Identity")[0] ?? "";
  let label = "prediction";
  const classes = signature.target.classes ?? [0, 1];
  if (typeof classes[0] === "string") {
    const [texts, index = ""] = graph.inputsOf(label, "Gather");
    if (graph.constant(texts).values.join("\n") !== classes.join("\n")) differs("the classes are others");
    label = index;
  }
  const [positive = ""] = graph.inputsOf(label, "Cast", { to: elementTypes.int64 });
  const [probability, threshold] = graph.inputsOf(positive, "Greater");
  if (probability !== "probability" || graph.numbers(threshold, 1)[0] !== 0.5) {
    differs("the class is not that above a probability of 0.5");
  }
  return graph.inputsOf("probability", "Sigmoid")[0] ?? "";
}

const inputTypes = {
  number: elementTypes.double,
  category: elementTypes.string,
  boolean: elementTypes.bool,
} as const;

/** The operator sets of our trainers; in others an operator may mean something else. */
const operatorSets = [
  ["", 17],
  ["ai.onnx.ml", 2],
] as const;

function parametersOf(file: Uint8Array, signature: Signature): LinearParameters {
  const read = readOnnxGraph(file);
  if (
    read.operatorSets.size !== operatorSets.length ||
    operatorSets.some(([domain, version]) => read.operatorSets.get(domain) !== version)
  ) {
    differs("its operator sets are others");
  }
  const graph = new LinearGraph(read);
  const parts = graph.inputsOf(predictorOf(graph, signature), "Sum");
  const [intercept = NaN] = graph.numbers(parts.pop(), 1);
  const terms = parts.flatMap((part) => termsOf(graph, part));
  const { inputs } = signature;
  if (terms.length !== inputs.length || read.inputs.size !== inputs.length) differs("features are left out");
  const ordered = inputs.map(({ name, type }) => {
    const term = terms.find(({ column }) => column === name);
    if (term?.kind !== type || read.inputs.get(name) !== inputTypes[type]) differs(`${name} is no ${type}`);
    return term;
  });
  return { signature, intercept, terms: ordered };
}

/**
 * The parameters in a model file, if it is a linear model as our trainers write it: every operator and constant on the
 * way from the inputs to the outputs is one of theirs. Any other model has none.
 */
export function findLinearParameters(file: Uint8Array, signature: Signature): LinearParameters | undefined {
  try {
    return parametersOf(file, signature);
  } catch (error) {
    if (error instanceof UnknownOnnx) return undefined;
    throw error;
  }
}
