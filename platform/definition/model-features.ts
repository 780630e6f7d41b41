import { dateNumbers } from "./date-parts";
import type { ColumnDefinition } from "./definition";

/** A type of what a model is fitted to. */
export type FeatureType = Exclude<ColumnDefinition["type"], "date">;

/** A feature as it is fitted: a column, or a number that is made of a date. */
export type ModelFeature<Column> = Omit<Column, "type"> & { readonly type: FeatureType };

type FeatureColumn = Pick<
  ColumnDefinition,
  "name" | "type" | "nullable" | "parts" | "values" | "range" | "outside"
>;

/** Whether a column's values are kept as doubles; those of a date are seconds since 1970 (UTC). */
export function isKeptAsNumber(type: ColumnDefinition["type"]): boolean {
  return type === "number" || type === "date";
}

/** What models are fitted to, in the order of the columns: dates are the numbers that they become. */
export function modelFeatures<Column extends FeatureColumn>(
  columns: readonly Column[],
): ModelFeature<Column>[] {
  const nullable = new Set(columns.filter((column) => column.nullable).map(({ name }) => name));
  return columns.flatMap((column): ModelFeature<Column>[] => {
    const { type, ...others } = column;
    if (type !== "date") return [{ ...others, type }];
    return dateNumbers(column).map(({ name, of }) => {
      const number = {
        ...others,
        name,
        type: "number" as const,
        nullable: of.some((one) => nullable.has(one)),
      };
      // These are the date's own.
      delete number.range;
      delete number.outside;
      delete number.parts;
      return number;
    });
  });
}

/** For each model feature the position of the column that it is made of. */
export function columnPositions(
  columns: readonly Pick<FeatureColumn, "name" | "type" | "parts">[],
): number[] {
  return columns.flatMap((column, position) =>
    column.type === "date" ? dateNumbers(column).map(() => position) : [position],
  );
}
