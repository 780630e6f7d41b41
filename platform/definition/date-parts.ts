import { z } from "zod";
import {
  add,
  column,
  divide,
  floor,
  multiply,
  remainder,
  sin,
  subtract,
  type Arithmetic,
} from "../base/arithmetic";
import { parseTime } from "../base/iso-time";
import { closedObject } from "./closed-object";
import type { ColumnNumber } from "./column-number";

const [day, hour] = [86_400, 3600];

const calendarParts = ["year", "month", "day", "dayOfWeek", "hour"] as const;
const cycles = ["yearCycle", "weekCycle", "dayCycle"] as const;

/**
 * What a date becomes. Calendar parts are whole numbers; a cycle is a point on a circle, as a sine and a cosine, so that its end is as near to
 * its beginning as it is; days are those since a moment or another date column, with their fraction.
 */
export const datePartSchema = z.union(
  [
    z.enum([...calendarParts, ...cycles]),
    closedObject({
      /** A moment as ISO 8601 writes it, or the name of another date column. */
      daysSince: z.string().min(1),
    }),
  ],
  {
    error: `Expected ${[...calendarParts, ...cycles].map((name) => `"${name}"`).join(", ")} or { daysSince: "2020-01-01" }, with a moment or the name of another date column.`,
  },
);

export type DatePart = z.output<typeof datePartSchema>;

/** A column with its parts, as far as these depend on it. */
interface DateColumn {
  readonly name: string;
  readonly parts?: readonly DatePart[] | undefined;
}

/** A number that is made of dates. */
export interface DateNumber extends ColumnNumber {
  /** Whether it has the same distribution at all times, so that another one is no matter of when rows are from. */
  readonly isLasting: boolean;
}

/**
 * The calendar by whole numbers (Neri and Schneider, "Euclidean affine functions and their application to calendar algorithms", 2023):
 * years begin in March, so that a leap day is the last one.
 */
function calendarOf(
  seconds: Arithmetic,
): Readonly<Record<(typeof calendarParts)[number] | "dayOfYear", Arithmetic>> {
  const days = floor(divide(seconds, day));
  // Quarters of days since 1 March 0000.
  const quarters = add(multiply(4, add(days, 719_468)), 3);
  const century = floor(divide(quarters, 146_097));
  const ofCentury = floor(divide(remainder(quarters, 146_097), 4));
  const quartersOfCentury = add(multiply(4, ofCentury), 3);
  const yearOfCentury = floor(divide(quartersOfCentury, 1461));
  const dayOfYear = floor(divide(remainder(quartersOfCentury, 1461), 4));
  const fifths = add(multiply(5, dayOfYear), 461);
  // January and February are months 13 and 14 of the year before.
  const nextYear = floor(divide(dayOfYear, 306));
  return {
    year: add(add(multiply(100, century), yearOfCentury), nextYear),
    month: subtract(floor(divide(fifths, 153)), multiply(12, nextYear)),
    day: add(floor(divide(remainder(fifths, 153), 5)), 1),
    dayOfWeek: add(remainder(add(days, 3), 7), 1),
    hour: floor(divide(remainder(seconds, day), hour)),
    dayOfYear,
  };
}

/** Where in a cycle a moment is, from 0 to below 1: in a year by the day, otherwise by the time. */
function phaseOf(cycle: (typeof cycles)[number], seconds: Arithmetic, dayOfYear: Arithmetic): Arithmetic {
  if (cycle === "yearCycle") return divide(dayOfYear, 366);
  // The first of 1970's Mondays was the fifth day.
  if (cycle === "weekCycle") return divide(remainder(subtract(seconds, 4 * day), 7 * day), 7 * day);
  return divide(remainder(seconds, day), day);
}

/**
 * Steps of the circle, per radius: 5 ms of a year. Sines of two programs may differ in their last bit, and those of 1 o'clock and of 11 o'clock in
 * one program; trees would part rows between them, and the other program send them elsewhere.
 */
const stepsOfRadius = 2 ** 30;

/** A sine as every program has it, but for one in ten million that lies between two steps. */
function steppedSine(angle: Arithmetic): Arithmetic {
  return divide(floor(add(multiply(stepsOfRadius, sin(angle)), 0.5)), stepsOfRadius);
}

/** Numbers that `part` of the column becomes, by the last part of their names. */
function numbersOf(
  name: string,
  part: DatePart,
  calendar: ReturnType<typeof calendarOf>,
): readonly (Omit<DateNumber, "name"> & { readonly last: string })[] {
  const seconds = column(name);
  if (typeof part === "object") {
    const moment = parseTime(part.daysSince);
    const since = moment === undefined ? column(part.daysSince) : ({ op: "number", value: moment } as const);
    const expression = divide(subtract(seconds, since), day);
    const of = moment === undefined ? [name, part.daysSince] : [name];
    return [{ last: `daysSince.${part.daysSince}`, of, expression, isLasting: moment === undefined }];
  }
  if (part === "yearCycle" || part === "weekCycle" || part === "dayCycle") {
    const angle = multiply(2 * Math.PI, phaseOf(part, seconds, calendar.dayOfYear));
    return [
      { last: `${part}.sin`, of: [name], expression: steppedSine(angle), isLasting: false },
      { last: `${part}.cos`, of: [name], expression: steppedSine(add(angle, Math.PI / 2)), isLasting: false },
    ];
  }
  return [{ last: part, of: [name], expression: calendar[part], isLasting: part === "hour" }];
}

const numbersByColumn = new WeakMap<DateColumn, readonly DateNumber[]>();

/** The numbers that a date column becomes, in the order of its parts; none of a column of another type. */
export function dateNumbers(dates: DateColumn): readonly DateNumber[] {
  const known = numbersByColumn.get(dates);
  if (known) return known;
  const { name, parts = [] } = dates;
  const calendar = calendarOf(column(name));
  const made = parts.flatMap((part) =>
    numbersOf(name, part, calendar).map(({ last, ...number }) => ({ name: `${name}.${last}`, ...number })),
  );
  numbersByColumn.set(dates, made);
  return made;
}
