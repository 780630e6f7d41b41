import { linearConventions } from "../../platform/onnx/linear-conventions";
import type { MultinomialParameters, Term } from "../../platform/onnx/linear-parameters";
import { innerPrefix } from "./inner-prefix";
import { declareOutputs } from "./graph-outputs";
import { asNumbers, declareInputs, positionOf, standardised, termsByKind } from "./linear-graph";
import { OnnxGraph } from "./onnx-graph";

const { unknownCoefficient } = linearConventions;

/** The coefficients of a category's value, or of a term that has one, of each class. */
function coefficientsOf(terms: readonly (Term | undefined)[], value = 0): number[] {
  return terms.map((term) =>
    term?.kind === "category" ? (term.coefficients[value] ?? NaN) : (term?.coefficient ?? NaN),
  );
}

/**
 * A fitted model of more than two classes as the bytes of an ONNX file, with the inputs of `toOnnx` and an output with the probability
 * of each class; that of the greatest is predicted. The products of columns and coefficients are by Gemm, not MatMul: onnxruntime
 * joins that with a division before it into one whose factor is single precision.
 */
export function multinomialToOnnx({ signature, predictors }: MultinomialParameters): Uint8Array {
  const graph = new OnnxGraph(innerPrefix(signature));
  const columns = declareInputs(graph, signature);
  const width = predictors.length;
  const [first = { intercept: NaN, terms: [] }] = predictors;
  const termsOf = (column: string) =>
    predictors.map(({ terms }) => terms.find((term) => term.column === column));
  const { numbers, booleans, categories } = termsByKind(first.terms, columns);
  const product = (values: string, terms: readonly Term[]): string => {
    const rows = terms.flatMap(({ column }) => coefficientsOf(termsOf(column)));
    return graph.node("Gemm", { A: values, B: graph.doubles(rows, [terms.length, width]) });
  };
  const sum = graph.node("Sum", [
    ...(numbers.terms.length > 0
      ? [product(standardised(graph, numbers.terms, numbers.columns), numbers.terms)]
      : []),
    ...(booleans.terms.length > 0 ? [product(asNumbers(graph, booleans.columns), booleans.terms)] : []),
    ...categories.map(({ term, column }) => {
      const ofValues = term.values.flatMap((_, value) => coefficientsOf(termsOf(term.column), value));
      const table = [...ofValues, ...new Array<number>(width).fill(unknownCoefficient)];
      const data = graph.doubles(table, [term.values.length + 1, width]);
      const lines = graph.node("Gather", { data, indices: positionOf(graph, term, column) });
      return graph.node("Reshape", { data: lines, shape: graph.int64s([-1, width], [2]) });
    }),
    graph.doubles(
      predictors.map(({ intercept }) => intercept),
      [1, width],
    ),
  ]);
  declareOutputs(graph, signature, sum);
  return graph.encode(signature.target.name);
}
