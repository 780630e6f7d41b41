/**
 * Arithmetic on columns, as data: evaluated here, written as SQL, and written into and read from a model's graph, so that a
 * number made of columns is the same number everywhere. All operations but `sin` and `power` are exact to the last bit in
 * IEEE arithmetic.
 */
export type Arithmetic =
  | { readonly op: "column"; readonly name: string }
  | { readonly op: "number"; readonly value: number }
  /** The place of a column's text among texts, from 0; NaN where it is none of them. */
  | { readonly op: "position"; readonly column: string; readonly texts: readonly string[] }
  /** A line through points whose places rise, and level beyond them. */
  | {
      readonly op: "line";
      readonly of: Arithmetic;
      readonly at: readonly number[];
      readonly values: readonly number[];
    }
  | { readonly op: "floor" | "sin"; readonly of: Arithmetic }
  /** One where `above` is above 0, else the other. */
  | {
      readonly op: "choose";
      readonly above: Arithmetic;
      readonly then: Arithmetic;
      readonly otherwise: Arithmetic;
    }
  | { readonly op: BinaryOperation; readonly left: Arithmetic; readonly right: Arithmetic };

export type BinaryOperation = "add" | "subtract" | "multiply" | "divide" | "power" | "maximum";

type Operand = Arithmetic | number;

const asArithmetic = (operand: Operand): Arithmetic =>
  typeof operand === "number" ? { op: "number", value: operand } : operand;

const binary =
  (op: BinaryOperation) =>
  (left: Operand, right: Operand): Arithmetic => ({
    op,
    left: asArithmetic(left),
    right: asArithmetic(right),
  });

export const column = (name: string): Arithmetic => ({ op: "column", name });
export const add = binary("add");
export const subtract = binary("subtract");
export const multiply = binary("multiply");
export const divide = binary("divide");
export const power = binary("power");
export const maximum = binary("maximum");
export const choose = (above: Arithmetic, then: Arithmetic, otherwise: Arithmetic): Arithmetic => ({
  op: "choose",
  above,
  then,
  otherwise,
});
export const floor = (of: Arithmetic): Arithmetic => ({ op: "floor", of });
export const sin = (of: Arithmetic): Arithmetic => ({ op: "sin", of });
/** What is left of `value` beyond multiples of `unit`: from 0 to below the unit. */
export const remainder = (value: Arithmetic, unit: number): Arithmetic =>
  subtract(value, multiply(unit, floor(divide(value, unit))));

const operations: Readonly<Record<BinaryOperation, (left: number, right: number) => number>> = {
  add: (left, right) => left + right,
  subtract: (left, right) => left - right,
  multiply: (left, right) => left * right,
  divide: (left, right) => left / right,
  power: (left, right) => left ** right,
  maximum: (left, right) => Math.max(left, right),
};

/** The pieces of a line: piece i, behind i points, is `values[i] + slopes[i] * (x - starts[i])`. */
export interface LinePieces {
  readonly starts: readonly number[];
  readonly values: readonly number[];
  readonly slopes: readonly number[];
}

const piecesByValues = new WeakMap<readonly number[], LinePieces & { readonly at: readonly number[] }>();

/** The pieces of a line through points; those of the same points are made once. */
export function piecesOf(at: readonly number[], values: readonly number[]): LinePieces {
  const known = piecesByValues.get(values);
  if (known?.at === at) return known;
  const last = at.length - 1;
  const made = {
    at,
    starts: [at[0] ?? NaN, ...at],
    values: [values[0] ?? NaN, ...values],
    slopes: [
      0,
      ...at.map((place, index) =>
        index === last
          ? 0
          : ((values[index + 1] ?? NaN) - (values[index] ?? NaN)) / ((at[index + 1] ?? NaN) - place),
      ),
    ],
  };
  piecesByValues.set(values, made);
  return made;
}

/** The value of a line through points. */
export function interpolate(x: number, at: readonly number[], values: readonly number[]): number {
  const { starts, values: begun, slopes } = piecesOf(at, values);
  let [low, high] = [0, at.length];
  // How many points are below.
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((at[middle] ?? NaN) < x) low = middle + 1;
    else high = middle;
  }
  return (begun[low] ?? NaN) + (slopes[low] ?? NaN) * (x - (starts[low] ?? NaN));
}

/** Evaluates expressions over columns of one length; what several have in common is computed once. */
export class ArithmeticTable {
  private readonly known = new Map<Arithmetic, Float64Array>();

  constructor(
    private readonly rows: number,
    private readonly valuesOf: (column: string) => ArrayLike<number | string>,
  ) {}

  evaluate(expression: Arithmetic): Float64Array {
    const known = this.known.get(expression);
    if (known) return known;
    const values = this.compute(expression);
    this.known.set(expression, values);
    return values;
  }

  private numbersOf(column: string): Float64Array {
    const values = this.valuesOf(column);
    return values instanceof Float64Array ? values : Float64Array.from(values, Number);
  }

  private positions({ column, texts }: Extract<Arithmetic, { op: "position" }>): Float64Array {
    const places = new Map(texts.map((text, place) => [text, place]));
    return Float64Array.from(this.valuesOf(column), (value) => places.get(String(value)) ?? NaN);
  }

  private compute(expression: Arithmetic): Float64Array {
    switch (expression.op) {
      case "column":
        return this.numbersOf(expression.name);
      case "number":
        return new Float64Array(this.rows).fill(expression.value);
      case "position":
        return this.positions(expression);
      case "choose": {
        const [then, otherwise] = [this.evaluate(expression.then), this.evaluate(expression.otherwise)];
        return this.evaluate(expression.above).map(
          (value, row) => (value > 0 ? then[row] : otherwise[row]) ?? NaN,
        );
      }
      case "line": {
        const { at, values } = expression;
        return this.evaluate(expression.of).map((value) => interpolate(value, at, values));
      }
      case "floor":
        return this.evaluate(expression.of).map(Math.floor);
      case "sin":
        return this.evaluate(expression.of).map(Math.sin);
      case "add":
      case "subtract":
      case "multiply":
      case "divide":
      case "power":
      case "maximum": {
        const operation = operations[expression.op];
        const right = this.evaluate(expression.right);
        return this.evaluate(expression.left).map((value, row) => operation(value, right[row] ?? NaN));
      }
    }
  }
}
