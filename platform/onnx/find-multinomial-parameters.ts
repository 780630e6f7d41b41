import { severalClasses } from "../definition/class-names";
import type { Signature } from "../model/signature";
import { booleanTerms, categoryAt, inOrder, numberTerms } from "./find-linear-parameters";
import { checkInputs, checkOperatorSets, predictorOf } from "./graph-frame";
import { differs, GraphReader } from "./graph-reader";
import { linearConventions } from "./linear-conventions";
import type { MultinomialParameters, Term } from "./linear-parameters";
import { readOnnxGraph } from "./onnx-file";
import { operatorSets } from "./onnx-operators";
import { unlessUnknown } from "./read-message";

/** Numbers that come row by row, `width` each, as the lists of their columns. */
function columnsOf(values: readonly number[], width: number): number[][] {
  return Array.from({ length: width }, (_, column) =>
    values.filter((_value, index) => index % width === column),
  );
}

/** The terms of a part of the sum, for each class. */
function termsByClass(graph: GraphReader, part: string, width: number): Term[][] {
  if (graph.isMadeBy("Reshape", part)) {
    const { data: lines, shape } = graph.inputs("Reshape", part);
    if (graph.numbers(shape, 2).join() !== `-1,${width}`) differs("a category has another shape");
    const { data: table, indices } = graph.inputs("Gather", lines);
    const category = categoryAt(graph, indices);
    const rows = graph.numbers(table, (category.values.length + 1) * width);
    if (rows.splice(-width).some((value) => value !== linearConventions.unknownCoefficient)) {
      differs("an unknown category contributes");
    }
    return columnsOf(rows, width).map((coefficients) => [{ ...category, coefficients }]);
  }
  const { A: values, B: factors } = graph.inputs("Gemm", part);
  const read = graph.isMadeBy("Cast", values) ? booleanTerms : numberTerms;
  const columns = columnsOf(graph.numbers(factors, graph.constant(factors).values.length), width);
  return columns.map((coefficients) => read(graph, values, coefficients));
}

function parametersOf(file: Uint8Array, signature: Signature): MultinomialParameters {
  const classes = severalClasses(signature.target.classes) ?? differs("there are not several classes");
  const read = readOnnxGraph(file);
  checkOperatorSets(read, operatorSets);
  checkInputs(read, signature);
  const graph = new GraphReader(read, signature);
  const parts = [...graph.inputs("Sum", predictorOf(graph, signature))];
  const intercepts = graph.numbers(parts.pop() ?? "", classes.length);
  const byPart = parts.map((part) => termsByClass(graph, part, classes.length));
  return {
    signature,
    predictors: intercepts.map((intercept, name) => ({
      intercept,
      terms: inOrder(
        byPart.flatMap((terms) => terms[name] ?? []),
        signature,
      ),
    })),
  };
}

/** The parameters in a model file, if it is a linear model of more than two classes as our trainers write it. */
export function findMultinomialParameters(
  file: Uint8Array,
  signature: Signature,
): MultinomialParameters | undefined {
  return unlessUnknown(() => parametersOf(file, signature));
}
