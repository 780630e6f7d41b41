import type { ColumnNumber } from "./column-number";
import { dateNumbers, type DatePart } from "./date-parts";
import { furtherNumbers, type NumberPart } from "./number-parts";

interface Column {
  readonly name: string;
  readonly parts?: readonly DatePart[] | undefined;
  readonly also?: readonly NumberPart[] | undefined;
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

/** The numbers that a model is fitted to in place of a column, or of a number beside it: the parts of a date, the rank of an ordered category, bends and products. */
export function columnNumbers(column: Column): readonly ColumnNumber[] {
  if (column.also) return furtherNumbers(column);
  return column.encoding === "rank" ? rankOf(column) : dateNumbers(column);
}
