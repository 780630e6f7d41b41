import { piecesOf, type Arithmetic, type BinaryOperation } from "../base/arithmetic";
import { double, identifier, literal } from "./engine";

const infix: Readonly<Record<Exclude<BinaryOperation, "power" | "maximum">, string>> = {
  add: "+",
  subtract: "-",
  multiply: "*",
  divide: "/",
};

/** Arithmetic as an SQL expression over columns of doubles. */
export function arithmeticSql(expression: Arithmetic): string {
  switch (expression.op) {
    case "column":
      return identifier(expression.name);
    case "number":
      return double(expression.value);
    case "position": {
      const cases = expression.texts.map((text, place) => `WHEN ${literal(text)} THEN ${double(place)}`);
      return `CASE ${identifier(expression.column)} ${cases.join(" ")} END`;
    }
    case "line": {
      const { starts, values, slopes } = piecesOf(expression.at, expression.values);
      const x = arithmeticSql(expression.of);
      const pieces = starts.map(
        (start, index) =>
          `${double(values[index] ?? NaN)} + ${double(slopes[index] ?? NaN)} * (${x} - ${double(start)})`,
      );
      const cases = expression.at.map(
        (place, index) => `WHEN ${x} <= ${double(place)} THEN ${pieces[index]}`,
      );
      return `CASE ${cases.join(" ")} ELSE ${pieces.at(-1)} END`;
    }
    case "floor":
    case "sin":
      return `${expression.op}(${arithmeticSql(expression.of)})`;
    case "add":
    case "subtract":
    case "multiply":
    case "divide":
      return `(${arithmeticSql(expression.left)} ${infix[expression.op]} ${arithmeticSql(expression.right)})`;
    case "power":
      return `power(${arithmeticSql(expression.left)}, ${arithmeticSql(expression.right)})`;
    case "maximum":
      return `greatest(${arithmeticSql(expression.left)}, ${arithmeticSql(expression.right)})`;
    case "choose": {
      const [then, otherwise] = [arithmeticSql(expression.then), arithmeticSql(expression.otherwise)];
      return `CASE WHEN ${arithmeticSql(expression.above)} > ${double(0)} THEN ${then} ELSE ${otherwise} END`;
    }
  }
}
