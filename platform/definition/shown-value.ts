import { formatTime } from "../base/iso-time";
import type { ColumnDefinition } from "./definition";

/** A value of the table `data` as clients send it. */
export function sentValue<Value>(
  { type }: Pick<ColumnDefinition, "type">,
  value: Value,
): Exclude<Value, undefined> | string | null {
  if (value === undefined || value === null) return null;
  return type === "date" && typeof value === "number"
    ? formatTime(value)
    : (value as Exclude<Value, undefined>);
}

/** A value of a column as people read it: a date, which is kept as seconds since 1970, as a date. */
export function shownValue(
  { type }: Pick<ColumnDefinition, "type">,
  value: number | string | boolean | null,
): string {
  return type === "date" && typeof value === "number" ? formatTime(value) : String(value);
}
