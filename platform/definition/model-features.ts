import { columnNumbers } from "./column-numbers";
import type { ColumnOutput } from "./column-schema";

/** A type of what a model is fitted to. */
export type FeatureType = Exclude<ColumnOutput["type"], "date">;

/** A feature as it is fitted: a column, or a number that is made of some. */
export type ModelFeature<Column> = Omit<Column, "type"> & { readonly type: FeatureType };

type FeatureColumn = Pick<
  ColumnOutput,
  "name" | "type" | "nullable" | "parts" | "also" | "encoding" | "values" | "range" | "outside"
>;

/** Whether a column's values are kept as doubles; those of a date are seconds since 1970 (UTC). */
export function isKeptAsNumber(type: ColumnOutput["type"]): boolean {
  return type === "number" || type === "date";
}

/** Whether a number that is made of a column may be missing: what is outside of a category's values has no rank. */
function mayBeMissing({ type, nullable, outside }: FeatureColumn): boolean {
  return nullable || (type === "category" && outside === "warn");
}

/** Whether a column is a feature itself, and not only what it is made of. */
const isItself = ({ type }: Pick<FeatureColumn, "type">, numbers: readonly unknown[]): boolean =>
  type === "number" || (type !== "date" && numbers.length === 0);

/** What models are fitted to, in the order of the columns: numbers stand for the columns that they are made of, or behind those. */
export function modelFeatures<Column extends FeatureColumn>(
  columns: readonly Column[],
): ModelFeature<Column>[] {
  const incomplete = new Set(columns.filter(mayBeMissing).map(({ name }) => name));
  return columns.flatMap((column): ModelFeature<Column>[] => {
    const { type, ...others } = column;
    const numbers = columnNumbers(column);
    const itself = { ...others, type: type as FeatureType };
    delete itself.also;
    const made = numbers.map(({ name, of }) => {
      const nullable = of.some((one) => incomplete.has(one));
      const number = { ...others, name, type: "number" as const, nullable };
      // These are the column's own.
      delete number.range;
      delete number.outside;
      delete number.parts;
      delete number.also;
      delete number.encoding;
      delete number.values;
      return number;
    });
    return isItself(column, numbers) ? [itself, ...made] : made;
  });
}

/** For each model feature the position of the column that it is made of. */
export function columnPositions(
  columns: readonly Pick<FeatureColumn, "name" | "type" | "parts" | "also" | "encoding" | "values">[],
): number[] {
  return columns.flatMap((column, position) => {
    const numbers = columnNumbers(column);
    const made = numbers.map(() => position);
    return isItself(column, numbers) ? [position, ...made] : made;
  });
}
