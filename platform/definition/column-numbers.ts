import type { Arithmetic } from "../base/arithmetic";
import { dateNumbers, type DatePart } from "./date-parts";

/** A number that is made of columns, and not one of them. */
export interface ColumnNumber {
  /** `<column>.<what it is>` */
  readonly name: string;
  /** The columns that it is made of, that whose number it is first. */
  readonly of: readonly string[];
  /** Over those: a date as seconds since 1970, a category as its text. */
  readonly expression: Arithmetic;
}

interface Column {
  readonly name: string;
  readonly parts?: readonly DatePart[] | undefined;
  readonly encoding?: string | undefined;
  readonly values?: readonly string[] | undefined;
}

const ranksByColumn = new WeakMap<Column, readonly ColumnNumber[]>();

/** The place of a category's value in the order of its values, from 0; another value has none. */
function rankOf(column: Column): readonly ColumnNumber[] {
  const known = ranksByColumn.get(column);
  if (known) return known;
  const { name, values: texts = [] } = column;
  const made = [
    { name: `${name}.rank`, of: [name], expression: { op: "position", column: name, texts } as const },
  ];
  ranksByColumn.set(column, made);
  return made;
}

/** The numbers that a model is fitted to in place of a column: the parts of a date, the rank of an ordered category; none of others. */
export function columnNumbers(column: Column): readonly ColumnNumber[] {
  return column.encoding === "rank" ? rankOf(column) : dateNumbers(column);
}
