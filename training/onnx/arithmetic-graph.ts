import { piecesOf, type Arithmetic } from "../../platform/base/arithmetic";
import { columnNumbers } from "../../platform/definition/column-numbers";
import type { Signature } from "../../platform/model/signature";
import { arithmeticOperators, linearConventions } from "../../platform/onnx/linear-conventions";
import { elementTypes } from "../../platform/onnx/onnx-messages";
import { lookUp } from "./look-up";
import type { OnnxGraph } from "./onnx-graph";

/** Writes arithmetic on columns, [N, 1], into a graph; what several expressions have in common is there once. */
class ArithmeticWriter {
  private readonly known = new Map<Arithmetic, string>();
  private readonly constants = new Map<number, string>();

  constructor(
    private readonly graph: OnnxGraph,
    private readonly columns: ReadonlyMap<string, string>,
  ) {}

  /** The name of the value. */
  write(expression: Arithmetic): string {
    const known = this.known.get(expression);
    if (known !== undefined) return known;
    const value = this.add(expression);
    this.known.set(expression, value);
    return value;
  }

  private add(expression: Arithmetic): string {
    const { graph } = this;
    switch (expression.op) {
      case "column":
        return this.columns.get(expression.name) ?? expression.name;
      case "number":
        return this.constant(expression.value);
      case "position":
        return this.position(expression);
      case "line":
        return this.line(expression);
      case "floor":
        return graph.node("Floor", { X: this.write(expression.of) });
      case "sin":
        return graph.node("Sin", { input: this.write(expression.of) });
      case "choose": {
        const zero = this.constant(0);
        const condition = graph.node("Greater", { A: this.write(expression.above), B: zero });
        const [X, Y] = [this.write(expression.then), this.write(expression.otherwise)];
        return graph.node("Where", { condition, X, Y });
      }
      case "add":
      case "subtract":
      case "multiply":
      case "divide": {
        const [A, B] = [this.write(expression.left), this.write(expression.right)];
        return graph.node(arithmeticOperators[expression.op], { A, B });
      }
      case "power":
        return graph.node("Pow", { X: this.write(expression.left), Y: this.write(expression.right) });
      case "maximum":
        return graph.node("Max", [this.write(expression.left), this.write(expression.right)]);
    }
  }

  /** How many points are below says which piece of the line it is. In 32 bits, which count to millions. */
  private line({ of, at, values }: Extract<Arithmetic, { op: "line" }>): string {
    const { graph } = this;
    const pieces = piecesOf(at, values);
    const x = this.write(of);
    const above = graph.node("Greater", { A: x, B: graph.doubles(at, [1, at.length]) });
    const flags = graph.node("Cast", { input: above }, { attributes: { to: elementTypes.float } });
    const axes = graph.int64s([linearConventions.columnAxis], [1]);
    const input = graph.node("ReduceSum", { data: flags, axes });
    const indices = graph.node("Cast", { input }, { attributes: { to: elementTypes.int64 } });
    const gathered = (numbers: readonly number[]): string =>
      graph.node("Gather", { data: graph.doubles(numbers, [numbers.length]), indices });
    const way = graph.node("Sub", { A: x, B: gathered(pieces.starts) });
    const rise = graph.node("Mul", { A: gathered(pieces.slopes), B: way });
    return graph.node("Sum", [gathered(pieces.values), rise]);
  }

  private position({ column, texts }: Extract<Arithmetic, { op: "position" }>): string {
    const numbers = Array.from(texts.keys());
    return lookUp(this.graph, this.columns.get(column) ?? column, { texts, numbers, other: NaN });
  }

  private constant(value: number): string {
    const known = this.constants.get(value) ?? this.graph.doubles([value], [1, 1]);
    this.constants.set(value, known);
    return known;
  }
}

/** Adds what an expression over columns, [N, 1], gives; returns its name. */
export function writeArithmetic(
  graph: OnnxGraph,
  expression: Arithmetic,
  columns: ReadonlyMap<string, string>,
): string {
  return new ArithmeticWriter(graph, columns).write(expression);
}

/** A graph's columns by name, with the numbers that its columns become. */
export function withColumnNumbers(
  graph: OnnxGraph,
  { inputs }: Pick<Signature, "inputs">,
  columns: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const writer = new ArithmeticWriter(graph, columns);
  const numbers = inputs.flatMap(columnNumbers);
  return new Map([
    ...columns,
    ...numbers.map(({ name, expression }) => [name, writer.write(expression)] as const),
  ]);
}
