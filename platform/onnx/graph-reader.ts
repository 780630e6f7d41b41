import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor } from "./onnx-file";
import { piecesOf, type Arithmetic } from "../base/arithmetic";
import { columnNumbers } from "../definition/column-numbers";
import type { Signature } from "../model/signature";
import { arithmeticOperators, linearConventions } from "./linear-conventions";
import { elementTypes } from "./onnx-messages";
import { operators, type Operator, type OperatorAttributes, type OperatorInputs } from "./onnx-operators";
import type { TreeLookup } from "./tree-parameters";
import { UnknownOnnx } from "./read-message";

export function differs(what: string): never {
  throw new UnknownOnnx(`The graph is not one that our trainers write: ${what}.`);
}

/** A node whose inputs and attributes are those that the table has for its operator. */
interface KnownNode<Op extends Operator> {
  readonly inputs: OperatorInputs<Op>;
  readonly attributes: OperatorAttributes<Op>;
}

function isOfKind(value: OnnxAttribute | undefined, kind: string): boolean {
  if (kind === "int") return typeof value === "number";
  if (kind === "tensor") return typeof value === "object" && "values" in value;
  const type = kind === "ints" ? "number" : "string";
  return Array.isArray(value) && value.every((item) => typeof item === type);
}

function inputsOf<Op extends Operator>(op: Op, given: readonly string[]): OperatorInputs<Op> {
  const names: readonly string[] | "many" = operators[op].inputs;
  if (names === "many") return given as OperatorInputs<Op>;
  if (names.length !== given.length) differs(`${op} has ${given.length} inputs`);
  return Object.fromEntries(names.map((name, index) => [name, given[index]])) as OperatorInputs<Op>;
}

function attributesOf<Op extends Operator>(
  op: Op,
  given: ReadonlyMap<string, OnnxAttribute>,
): OperatorAttributes<Op> {
  const kinds: [string, string][] = Object.entries(operators[op].attributes);
  if (given.size !== kinds.length) differs(`${op} has ${given.size} attributes`);
  for (const [name, kind] of kinds)
    if (!isOfKind(given.get(name), kind)) differs(`${op} has another ${name}`);
  return Object.fromEntries(given) as OperatorAttributes<Op>;
}

/** Follows a graph from its outputs to its inputs; whatever is not as our trainers write it ends in `UnknownOnnx`. */
export class GraphReader {
  private readonly producers = new Map<string, OnnxNode>();

  constructor(
    private readonly graph: OnnxGraph,
    private readonly signature: Pick<Signature, "inputs">,
  ) {
    for (const node of graph.nodes) for (const output of node.outputs) this.producers.set(output, node);
  }

  /** The node that makes a value, which has to be of the operator named. */
  node<Op extends Operator>(op: Op, value: string): KnownNode<Op> {
    const node = this.producers.get(value);
    if (node?.op !== op || node.domain !== operators[op].domain || node.outputs.length !== 1) {
      differs(`${value} is not made by ${op}`);
    }
    return { inputs: inputsOf(op, node.inputs), attributes: attributesOf(op, node.attributes) };
  }

  /** Inputs of the node that makes a value. */
  inputs<Op extends Operator>(op: Op, value: string): OperatorInputs<Op> {
    return this.node(op, value).inputs;
  }

  isMadeBy(op: Operator, value: string): boolean {
    return this.producers.get(value)?.op === op;
  }

  constant(value: string): OnnxTensor {
    return this.graph.constants.get(value) ?? differs(`${value} is not a constant`);
  }

  /** The numbers of a constant, which has to have as many as said. */
  numbers(value: string, size: number): number[] {
    const { values } = this.constant(value);
    if (values.length !== size) differs(`${value} has ${values.length} values`);
    return values.map((number) => (typeof number === "number" ? number : differs(`${value} is text`)));
  }

  /** The features that joined columns, [N, k], are. */
  joinedFeatures(value: string, size: number): string[] {
    const { inputs, attributes } = this.node("Concat", value);
    if (attributes.axis !== linearConventions.columnAxis) differs("columns are joined along another axis");
    if (inputs.length !== size) differs("columns and coefficients differ in number");
    return inputs.map((column) => this.feature(column));
  }

  /** The feature that a column, [N, 1], is: an input, or a number that is made of some. */
  feature(value: string): string {
    if (!this.isMadeBy("Reshape", value)) return this.columnNumber(value);
    const { data, shape } = this.inputs("Reshape", value);
    const { columnShape } = linearConventions;
    if (this.numbers(shape, columnShape.length).join() !== columnShape.join()) {
      differs("a feature is not a column");
    }
    if (!this.graph.inputs.has(data)) differs(`${data} is not an input`);
    return data;
  }

  private columnNumber(value: string): string {
    const numbers = this.signature.inputs.flatMap(columnNumbers);
    const found = numbers.find(({ expression }) => this.isArithmetic(expression, value));
    return found?.name ?? differs(`${value} is no feature`);
  }

  /** The category whose value is looked up, and the number of each value and of all others. */
  lookup(value: string): TreeLookup & { readonly column: string } {
    const { data, indices } = this.inputs("Gather", value);
    const { inputs, attributes } = this.node("LabelEncoder", indices);
    const { keys_strings: texts, values_int64s: places, default_int64: last } = attributes;
    const numbers = this.numbers(data, texts.length + 1);
    const other = numbers.pop() ?? NaN;
    if (last !== texts.length || places.some((place, index) => place !== index)) {
      differs("a category's values are not in order");
    }
    return { column: this.feature(inputs.X), texts, numbers, other };
  }

  private isLine(
    { of, at, values }: Extract<Arithmetic, { op: "line" }>,
    value: string,
    isPart: (part: Arithmetic, made: string) => boolean,
  ): boolean {
    const pieces = piecesOf(at, values);
    const [begun = "", rest = ""] = this.inputs("Sum", value);
    const { A: slopes, B: way } = this.inputs("Mul", rest);
    const { A: x, B: starts } = this.inputs("Sub", way);
    const { indices } = this.inputs("Gather", begun);
    const isList = (gathered: string, numbers: readonly number[]): boolean => {
      const { data, indices: places } = this.inputs("Gather", gathered);
      return (
        places === indices && this.numbers(data, numbers.length).every((one, index) => one === numbers[index])
      );
    };
    const { inputs: counted, attributes: whole } = this.node("Cast", indices);
    const { data: flags, axes } = this.inputs("ReduceSum", counted.input);
    const { inputs: above, attributes: single } = this.node("Cast", flags);
    const { A: asked, B: points } = this.inputs("Greater", above.input);
    return (
      isPart(of, x) &&
      asked === x &&
      whole.to === elementTypes.int64 &&
      single.to === elementTypes.float &&
      this.numbers(axes, 1)[0] === linearConventions.columnAxis &&
      this.numbers(points, at.length).every((place, index) => place === at[index]) &&
      isList(begun, pieces.values) &&
      isList(slopes, pieces.slopes) &&
      isList(starts, pieces.starts)
    );
  }

  private isPosition(expression: Extract<Arithmetic, { op: "position" }>, value: string): boolean {
    const { column, texts, numbers, other } = this.lookup(value);
    return (
      column === expression.column &&
      Number.isNaN(other) &&
      texts.length === expression.texts.length &&
      texts.every((text, place) => text === expression.texts[place] && numbers[place] === place)
    );
  }

  /** The value that the one column of an expression is, of what is made of it. */
  ofArithmetic(expression: Arithmetic, value: string): string {
    let found: string | undefined;
    const isColumn = (_: string, column: string): boolean => (found ??= column) === column;
    if (this.isArithmetic(expression, value, isColumn) && found !== undefined) return found;
    return differs(`${value} is computed in another way`);
  }

  /** Whether a value is computed as an expression says, of features or of what else its columns are. */
  isArithmetic(
    expression: Arithmetic,
    value: string,
    isColumn = (name: string, column: string): boolean =>
      this.isMadeBy("Reshape", column) && this.feature(column) === name,
  ): boolean {
    const isPart = (part: Arithmetic, made: string): boolean => this.isArithmetic(part, made, isColumn);
    switch (expression.op) {
      case "column":
        return isColumn(expression.name, value);
      case "number":
        return this.graph.constants.has(value) && this.numbers(value, 1)[0] === expression.value;
      case "position":
        return this.isMadeBy("Gather", value) && this.isPosition(expression, value);
      case "line":
        return this.isMadeBy("Sum", value) && this.isLine(expression, value, isPart);
      case "floor":
        return this.isMadeBy("Floor", value) && isPart(expression.of, this.inputs("Floor", value).X);
      case "sin":
        return this.isMadeBy("Sin", value) && isPart(expression.of, this.inputs("Sin", value).input);
      case "choose": {
        if (!this.isMadeBy("Where", value)) return false;
        const { condition, X, Y } = this.inputs("Where", value);
        const { A, B } = this.inputs("Greater", condition);
        return (
          isPart(expression.above, A) &&
          this.numbers(B, 1)[0] === 0 &&
          isPart(expression.then, X) &&
          isPart(expression.otherwise, Y)
        );
      }
      case "add":
      case "subtract":
      case "multiply":
      case "divide":
      case "power":
      case "maximum": {
        const operator = arithmeticOperators[expression.op];
        if (!this.isMadeBy(operator, value)) return false;
        const [left = "", right = ""] = Object.values<string>(this.inputs(operator, value));
        return isPart(expression.left, left) && isPart(expression.right, right);
      }
    }
  }
}
