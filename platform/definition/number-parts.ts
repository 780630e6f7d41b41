import { z } from "zod";
import { choose, column, multiply, subtract, type Arithmetic } from "../base/arithmetic";
import { closedObject } from "./closed-object";
import type { ColumnNumber } from "./column-number";

/** What a model takes of a number beside itself: where its effect bends, or its product with another number. */
export const numberPartSchema = z.union(
  [
    closedObject({
      /** Above this value the number's effect may be another one: what it is above it, and 0 below. */
      bendAt: z.number(),
    }),
    closedObject({
      /** The name of a number: how one's effect depends on the other. Its own name gives its square. */
      times: z.string().min(1),
    }),
  ],
  { error: 'Expected { bendAt: 30 }, or { times: "bmi" } with the name of a number.' },
);

export type NumberPart = z.output<typeof numberPartSchema>;

/** By how much a number is above a value, and 0 below; missing where the number is. */
function above(name: string, value: number): Arithmetic {
  const over = subtract(column(name), value);
  return choose(over, over, multiply(0, column(name)));
}

function numberOf(name: string, part: NumberPart): ColumnNumber {
  if ("times" in part) {
    const { times } = part;
    const expression = multiply(column(name), column(times));
    return { name: `${name}.times.${times}`, of: times === name ? [name] : [name, times], expression };
  }
  return { name: `${name}.bendAt.${part.bendAt}`, of: [name], expression: above(name, part.bendAt) };
}

/** A number with what is taken of it besides. */
interface NumberColumn {
  readonly name: string;
  readonly also?: readonly NumberPart[] | undefined;
}

const numbersByColumn = new WeakMap<NumberColumn, readonly ColumnNumber[]>();

/** The numbers that are taken of a number besides itself, in their order. */
export function furtherNumbers(number: NumberColumn): readonly ColumnNumber[] {
  const known = numbersByColumn.get(number);
  if (known) return known;
  const made = (number.also ?? []).map((part) => numberOf(number.name, part));
  numbersByColumn.set(number, made);
  return made;
}

/** A column, as far as it matters to what is taken of numbers. */
interface Column extends NumberColumn {
  readonly type: string;
  readonly role: string;
  readonly classes?: readonly number[] | undefined;
}

/** What is wrong with what is taken of a number besides itself. */
export function furtherFaults({ name, type, role, also }: Column): string[] {
  if (also === undefined || (type === "number" && role === "feature")) return [];
  return [`column "${name}": only a number that is a feature has more to take (also)`];
}

/** What is wrong with products of columns beside each other. */
export function productFaults(columns: readonly Column[]): string[] {
  const numbers = columns.filter(({ type, role }) => type === "number" && role === "feature");
  const known = new Set(numbers.map(({ name }) => name));
  return numbers.flatMap(({ name, also = [] }) =>
    also.flatMap((part) =>
      "times" in part && !known.has(part.times)
        ? [`column "${name}": "${part.times}" in its products is no number that is a feature`]
        : [],
    ),
  );
}
