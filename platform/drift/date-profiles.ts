import { ArithmeticTable } from "../base/arithmetic";
import { parseTime } from "../base/iso-time";
import { dateNumbers, type DateNumber } from "../definition/date-parts";
import type { ColumnDefinition } from "../definition/definition";
import { withNumbers } from "../sql/with-column-numbers";
import type { ColumnProfile, DateOrigin } from "./profile";

/** A column of a table to profile; a boolean is profiled as a category. */
export interface ProfiledColumn {
  readonly name: string;
  readonly type: "number" | "category" | "boolean";
  /** Where it is a number that is made of dates. */
  readonly date?: DateOrigin;
}

/**
 * What of columns is profiled. Dates go on by themselves, and any window of requests has its own: of them, only numbers are profiled that are
 * distributed alike at all times.
 */
export function profiledColumns(
  columns: readonly Pick<ColumnDefinition, "name" | "type" | "parts">[],
): ProfiledColumn[] {
  return columns.flatMap(({ name, type, parts = [] }): ProfiledColumn[] => {
    if (type !== "date") return [{ name, type }];
    return parts.flatMap((part) =>
      dateNumbers({ name, parts: [part] })
        .filter(({ isLasting }) => isLasting)
        .map((number) => ({ name: number.name, type: "number" as const, date: { column: name, part } })),
    );
  });
}

/** The number that a profile is of; undefined of a column that is there as it is. */
function numberOf(name: string, date: DateOrigin | undefined): DateNumber | undefined {
  return (
    date && dateNumbers({ name: date.column, parts: [date.part] }).find((number) => number.name === name)
  );
}

const originOf = (profile: ColumnProfile): DateOrigin | undefined =>
  profile.type === "number" ? profile.date : undefined;

/** The date columns that a profile is made of; none of a column that is there as it is. */
export function datesOf(name: string, profile: ColumnProfile): readonly string[] {
  return numberOf(name, originOf(profile))?.of ?? [];
}

/** A relation with the numbers that profiles are of beside its columns. */
export function withProfiled(
  from: string,
  columns: readonly Pick<ProfiledColumn, "name" | "date">[],
): string {
  return withNumbers(
    from,
    columns.flatMap(({ name, date }) => numberOf(name, date) ?? []),
  );
}

type Value = number | string | boolean | null | undefined;

/** What gives the value of a profiled column in a row of the prediction log, where dates are texts. */
export function loggedValue(
  name: string,
  profile: ColumnProfile,
): (input: Readonly<Record<string, Value>>) => Value {
  const number = numberOf(name, originOf(profile));
  if (number === undefined) return (input) => input[name];
  return (input) => {
    if (!number.of.every((column) => Object.hasOwn(input, column))) return undefined;
    const seconds = (column: string): Float64Array =>
      Float64Array.of(parseTime(String(input[column] ?? "")) ?? NaN);
    const [value = NaN] = new ArithmeticTable(1, seconds).evaluate(number.expression);
    return Number.isNaN(value) ? null : value;
  };
}
