import { fittedInputs } from "../model/fitted-inputs";
import type { Signature } from "../model/signature";
import { predictionOf } from "../model/target-transform";
import { checkInputs, checkOperatorSets, predictorOf } from "./graph-frame";
import { linearConventions } from "./linear-conventions";
import { differs, GraphReader } from "./graph-reader";
import type { BooleanTerm, CategoryTerm, LinearParameters, NumberTerm, Term } from "./linear-parameters";
import { readOnnxGraph } from "./onnx-file";
import { elementTypes } from "./onnx-messages";
import { operatorSets } from "./onnx-operators";
import { unlessUnknown } from "./read-message";

/** The numbers that are standardised into a value, with a coefficient for each. */
export function numberTerms(
  graph: GraphReader,
  scaled: string,
  coefficients: readonly number[],
): NumberTerm[] {
  const size = coefficients.length;
  const division = graph.inputs("Div", scaled);
  const subtraction = graph.inputs("Sub", division.A);
  let joined = subtraction.A;
  let imputations: number[] = coefficients.map(() => NaN);
  if (graph.isMadeBy("Where", joined)) {
    const { condition, X: replacement, Y: values } = graph.inputs("Where", joined);
    if (graph.inputs("IsNaN", condition).X !== values) differs("something else is imputed");
    joined = values;
    imputations = graph.numbers(replacement, size);
  }
  const mean = graph.numbers(subtraction.B, size);
  const scale = graph.numbers(division.B, size);
  return graph.joinedFeatures(joined, size).map((column, index) => {
    const imputation = imputations[index] ?? NaN;
    return {
      kind: "number",
      column,
      // A column that is not nullable has NaN for it.
      ...(!Number.isNaN(imputation) && { imputation }),
      mean: mean[index] ?? NaN,
      scale: scale[index] ?? NaN,
      coefficient: coefficients[index] ?? NaN,
    };
  });
}

/** The booleans that are joined into a value, with a coefficient for each. */
export function booleanTerms(
  graph: GraphReader,
  flags: string,
  coefficients: readonly number[],
): BooleanTerm[] {
  const { inputs, attributes } = graph.node("Cast", flags);
  if (attributes.to !== elementTypes.double) differs("booleans become another type");
  return graph.joinedFeatures(inputs.input, coefficients.length).map((column, index) => ({
    kind: "boolean",
    column,
    coefficient: coefficients[index] ?? NaN,
  }));
}

/** The category whose value is looked up for a position. */
export function categoryAt(graph: GraphReader, indices: string): Omit<CategoryTerm, "coefficients"> {
  const { inputs, attributes } = graph.node("LabelEncoder", indices);
  const { keys_strings: keys, values_int64s: places, default_int64: size } = attributes;
  const values = keys.slice(0, size);
  // One more entry, for "", says which value stands in for a missing one.
  const missing = keys[size];
  const imputation = missing === "" ? values[Number(places[size])] : undefined;
  if (keys.length > size + 1 || (missing !== undefined && imputation === undefined)) {
    differs("a category has odd values");
  }
  if (values.some((_, index) => places[index] !== index) || new Set(values).size !== size) {
    differs("a category's values are not in order");
  }
  return {
    kind: "category",
    column: graph.feature(inputs.X),
    ...(imputation !== undefined && { imputation }),
    values,
  };
}

function categoryTerm(graph: GraphReader, part: string): CategoryTerm {
  const { data: table, indices } = graph.inputs("Gather", part);
  const category = categoryAt(graph, indices);
  const coefficients = graph.numbers(table, category.values.length + 1);
  if (coefficients.pop() !== linearConventions.unknownCoefficient) differs("an unknown category contributes");
  return { ...category, coefficients };
}

function termsOf(graph: GraphReader, part: string): Term[] {
  if (graph.isMadeBy("Gather", part)) return [categoryTerm(graph, part)];
  const { data: products, axes } = graph.inputs("ReduceSum", part);
  if (graph.numbers(axes, 1)[0] !== linearConventions.columnAxis) differs("a sum is not over the columns");
  const { A: values, B: factors } = graph.inputs("Mul", products);
  const coefficients = graph.numbers(factors, graph.constant(factors).values.length);
  return graph.isMadeBy("Cast", values)
    ? booleanTerms(graph, values, coefficients)
    : numberTerms(graph, values, coefficients);
}

function parametersOf(file: Uint8Array, signature: Signature): LinearParameters {
  const read = readOnnxGraph(file);
  checkOperatorSets(read, operatorSets);
  const graph = new GraphReader(read, signature);
  const { transform } = signature.target;
  const predicted = predictorOf(graph, signature);
  const predictor = transform ? graph.ofArithmetic(predictionOf(transform), predicted) : predicted;
  const isLog = signature.task === "regression" && graph.isMadeBy("Exp", predictor);
  const parts = [...graph.inputs("Sum", isLog ? graph.inputs("Exp", predictor).input : predictor)];
  const [intercept = NaN] = graph.numbers(parts.pop() ?? "", 1);
  const terms = parts.flatMap((part) => termsOf(graph, part));
  checkInputs(read, signature);
  return { signature, intercept, terms: inOrder(terms, signature), ...(isLog && { link: "log" }) };
}

/** Terms in the order of what the signature's inputs become, one for each. */
export function inOrder(terms: readonly Term[], signature: Signature): Term[] {
  const { features } = fittedInputs(signature);
  if (terms.length !== features.length) differs("features are left out");
  return features.map(({ name, type }) => {
    const term = terms.find(({ column }) => column === name);
    if (term?.kind !== type) differs(`${name} is not a ${type}`);
    return term;
  });
}

/**
 * The parameters in a model file, if it is a linear model as our trainers write it: every operator and constant on the
 * way from the inputs to the outputs is one of theirs. Any other model has none.
 */
export function findLinearParameters(file: Uint8Array, signature: Signature): LinearParameters | undefined {
  return unlessUnknown(() => parametersOf(file, signature));
}
