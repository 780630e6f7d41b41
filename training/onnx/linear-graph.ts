import type { Signature } from "../../platform/model/signature";
import { predictionOf, transformedName } from "../../platform/model/target-transform";
import { withColumnNumbers, writeArithmetic } from "./arithmetic-graph";
import { linearConventions } from "../../platform/onnx/linear-conventions";
import type { CategoryTerm, LinearParameters, NumberTerm, Term } from "../../platform/onnx/linear-parameters";
import { elementTypes } from "../../platform/onnx/onnx-messages";
import { innerPrefix } from "./inner-prefix";
import { declareOutputs } from "./graph-outputs";
import { OnnxGraph } from "./onnx-graph";

const { inputTypes, columnShape, columnAxis, unknownCoefficient } = linearConventions;

/** The shape of each input: [N], because MLflow gives a data frame's columns as such; only a sole one it gives as [N, 1]. */
export function inputShape({ inputs }: Pick<Signature, "inputs">): (string | number)[] {
  return inputs.length === 1 ? ["N", 1] : ["N"];
}

/** Declares an input per feature and returns each as a column, [N, 1], with the numbers that columns become. */
export function declareInputs(graph: OnnxGraph, signature: Signature): ReadonlyMap<string, string> {
  const shape = inputShape(signature);
  const column = graph.int64s(columnShape, [columnShape.length]);
  const columns = new Map(
    signature.inputs.map(({ name, type }) => {
      const input = graph.input(name, inputTypes[type], shape);
      return [name, graph.node("Reshape", { data: input, shape: column })];
    }),
  );
  return withColumnNumbers(graph, signature, columns);
}

/**
 * Sum of the columns of `values`, [N, k], times their coefficients, [N, 1]. Not a MatMul: onnxruntime fuses that with a
 * division by a scalar into one whose factor is single precision, which costs half the digits.
 */
function weightedSum(graph: OnnxGraph, values: string, terms: readonly { coefficient: number }[]): string {
  const coefficients = graph.doubles(
    terms.map(({ coefficient }) => coefficient),
    [1, terms.length],
  );
  return graph.node("ReduceSum", {
    data: graph.node("Mul", { A: values, B: coefficients }),
    axes: graph.int64s([columnAxis], [1]),
  });
}

/** Numbers side by side, [N, k], imputed and standardised. */
export function standardised(graph: OnnxGraph, terms: readonly NumberTerm[], columns: string[]): string {
  const size = terms.length;
  const row = (values: number[]) => graph.doubles(values, [1, size]);
  let values = graph.node("Concat", columns, { attributes: { axis: columnAxis } });
  if (terms.some(({ imputation }) => imputation !== undefined)) {
    // A column that is not nullable keeps its NaN: no number is made up for it.
    const imputations = row(terms.map(({ imputation }) => imputation ?? NaN));
    values = graph.node("Where", {
      condition: graph.node("IsNaN", { X: values }),
      X: imputations,
      Y: values,
    });
  }
  values = graph.node("Sub", { A: values, B: row(terms.map(({ mean }) => mean)) });
  return graph.node("Div", { A: values, B: row(terms.map(({ scale }) => scale)) });
}

/** Booleans side by side, [N, k], as 0 and 1. */
export function asNumbers(graph: OnnxGraph, columns: string[]): string {
  const flags = graph.node("Concat", columns, { attributes: { axis: columnAxis } });
  return graph.node("Cast", { input: flags }, { attributes: { to: elementTypes.double } });
}

/** The position of a category among its values, [N, 1]; unknown values have that after the last. */
export function positionOf(
  graph: OnnxGraph,
  { values, imputation }: Pick<CategoryTerm, "values" | "imputation">,
  column: string,
): string {
  const known = values.map((value, index) => [value, index] as const);
  const imputed = imputation === undefined ? [] : [["", values.indexOf(imputation)] as const];
  const entries = [...known, ...imputed];
  const attributes = {
    keys_strings: entries.map(([value]) => value),
    values_int64s: entries.map(([, index]) => index),
    default_int64: values.length,
  };
  return graph.node("LabelEncoder", { X: column }, { attributes });
}

/** One-hot encoding times coefficients is a look-up; the entry after the last is that of unknown values, 0. */
function categoryPart(graph: OnnxGraph, term: CategoryTerm, column: string): string {
  const indices = positionOf(graph, term, column);
  const data = graph.doubles([...term.coefficients, unknownCoefficient], [term.values.length + 1]);
  return graph.node("Gather", { data, indices });
}

/** A model's terms by their kind, with the columns of those that are joined. */
export function termsByKind(terms: readonly Term[], columns: ReadonlyMap<string, string>) {
  const columnOf = (column: string): string => columns.get(column) ?? column;
  const numbers = terms.filter((term) => term.kind === "number");
  const booleans = terms.filter((term) => term.kind === "boolean");
  return {
    numbers: { terms: numbers, columns: numbers.map(({ column }) => columnOf(column)) },
    booleans: { terms: booleans, columns: booleans.map(({ column }) => columnOf(column)) },
    categories: terms
      .filter((term) => term.kind === "category")
      .map((term) => ({ term, column: columnOf(term.column) })),
  };
}

/** The linear predictor, [N, 1]. */
function predictor(
  graph: OnnxGraph,
  { intercept, terms }: LinearParameters,
  columns: ReadonlyMap<string, string>,
) {
  const { numbers, booleans, categories } = termsByKind(terms, columns);
  return graph.node("Sum", [
    ...(numbers.terms.length > 0
      ? [weightedSum(graph, standardised(graph, numbers.terms, numbers.columns), numbers.terms)]
      : []),
    ...(booleans.terms.length > 0
      ? [weightedSum(graph, asNumbers(graph, booleans.columns), booleans.terms)]
      : []),
    ...categories.map(({ term, column }) => categoryPart(graph, term, column)),
    graph.doubles([intercept], [1, 1]),
  ]);
}

/** What is predicted, from the sum. */
function predictedBy(
  graph: OnnxGraph,
  { signature: { target }, link }: LinearParameters,
  sum: string,
): string {
  if (link === "log") return graph.node("Exp", { input: sum });
  if (target.transform === undefined) return sum;
  return writeArithmetic(graph, predictionOf(target.transform), new Map([[transformedName, sum]]));
}

/**
 * A fitted model as the bytes of an ONNX file, preprocessing included: an input per feature under its name
 * (missing = NaN or ""), outputs `prediction` and, for a classification, `probability` of the positive class, which is
 * predicted when it is above the threshold, 0.5 unless the signature has one. All numbers are doubles. Equal models give equal bytes.
 */
export function toOnnx(model: LinearParameters): Uint8Array {
  const graph = new OnnxGraph(innerPrefix(model.signature));
  const columns = declareInputs(graph, model.signature);
  const sum = predictor(graph, model, columns);
  declareOutputs(graph, model.signature, predictedBy(graph, model, sum));
  return graph.encode(model.signature.target.name);
}
