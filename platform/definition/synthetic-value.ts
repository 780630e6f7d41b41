import type { ColumnDefinition } from "./definition";

/** How many different values stand in for those of a personal number. */
const numbers = 8;

/**
 * A value that stands in for the values of a personal column, the same every time: made from what the definition says of the column, not
 * from the data.
 */
export function syntheticValue(
  { name, type, range, values }: Pick<ColumnDefinition, "name" | "type" | "range" | "values">,
  index: number,
): number | string | boolean {
  if (type === "boolean") return index % 2 === 1;
  if (type === "category") return values?.[index % values.length] ?? `synthetic ${name}`;
  const [min, max] = range ?? [0, numbers];
  const value = min + ((max - min) * ((index % numbers) + 0.5)) / numbers;
  const whole = Math.round(value);
  return Number.isInteger(min) && Number.isInteger(max) && whole >= min && whole <= max ? whole : value;
}
