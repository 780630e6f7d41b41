import { isoTimeExamples, parseTime } from "../base/iso-time";
import { columnNumbers } from "./column-numbers";
import type { DatePart } from "./date-parts";
import type { NumberPart } from "./number-parts";

/** A bound of a range as a number: of a date, seconds since 1970 (UTC). NaN of a text that is no time. */
export function momentOf(bound: number | string): number {
  return typeof bound === "number" ? bound : (parseTime(bound) ?? NaN);
}

/** A column, as far as it matters to dates. */
interface Column {
  readonly name: string;
  readonly type: string;
  readonly role: string;
  readonly parts?: readonly DatePart[] | undefined;
  readonly also?: readonly NumberPart[] | undefined;
  readonly encoding?: string | undefined;
  readonly values?: readonly string[] | undefined;
  readonly range?: readonly [number | string, number | string] | undefined;
}

/** What is wrong with a column that is a date, or is said to have what only dates have. */
export function dateFaults({ name, type, role, parts, range = [0, 0] }: Column): string[] {
  const texts = range.filter((bound) => typeof bound === "string");
  if (type !== "date") {
    return [
      ...(parts ? [`column "${name}": only a date has parts`] : []),
      ...texts.map((text) => `column "${name}": "${text}" in its range is no number`),
    ];
  }
  const faults = texts
    .filter((text) => parseTime(text) === undefined)
    .map(
      (text) => `column "${name}": "${text}" in its range is no date or time. Write it as ${isoTimeExamples}`,
    );
  if (role !== "feature") faults.push(`column "${name}": a date is a feature; another role has another type`);
  if (parts === undefined) {
    faults.push(
      `column "${name}": say in parts what a model takes of it, for example parts: ["month", "dayOfWeek"]`,
    );
  }
  return faults;
}

/** What is wrong with the numbers that columns become, beside others: dates that need one that is not there, and names that are taken. */
export function numberFaults(columns: readonly Column[]): string[] {
  const dates = new Set(columns.filter(({ type }) => type === "date").map(({ name }) => name));
  const taken = new Set(columns.map(({ name }) => name.toLowerCase()));
  return columns.flatMap((column) =>
    columnNumbers(column).flatMap(({ name, of }) => {
      const stranger = of.find((other) => !dates.has(other));
      const isTaken = taken.has(name.toLowerCase());
      taken.add(name.toLowerCase());
      return [
        ...(column.type === "date" && stranger !== undefined
          ? [
              `column "${column.name}": daysSince is "${stranger}", which is neither a date column nor a moment such as 2026-01-31`,
            ]
          : []),
        ...(isTaken
          ? [`column "${column.name}": its number "${name}" has the name of another column or number`]
          : []),
      ];
    }),
  );
}
