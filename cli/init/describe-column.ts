import { formatNumber } from "../../platform/base/format-number";
import { formatTime } from "../../platform/base/iso-time";
import type { ModelDefinitionInput } from "../../platform/definition/definition";
import { quoted } from "../../platform/base/wording";
import {
  isBirthName,
  isCodeName,
  isContactName,
  isIdName,
  isNumberName,
  isPersonName,
  isRowNumberName,
  isTimeName,
} from "./column-names";
import type { SeenColumn } from "./seen-columns";

export type Column = ModelDefinitionInput["columns"][number];

/** What a column is taken for, and why. A column that is left out has no definition. */
export interface DescribedColumn {
  readonly name: string;
  readonly taken: "number" | "category" | "boolean" | "date" | "id" | "target" | "left out";
  /** In a sentence's second half: "is text with 60 different values". */
  readonly why: string;
  readonly column?: Column;
  /** Why it is defined as it is, for who reads the definition: a whole sentence. */
  readonly comment?: string;
}

/** What becomes of a category with more values than are listed: a number by the target, one by each of its classes, any text, or nothing. */
export type ManyValues = "by the target" | "by the classes" | "any text" | "left out";

/** Numbers beyond this overflow when they are squared and added up. */
export const maxMagnitude = 1e150;
/** An id that several rows share is a group of rows only if there are few groups, of some rows each. */
const [maxGroups, minRowsPerGroup] = [20, 5];

/** So many consecutive numbers in no order are no chance. */
const minNumberedRows = 50;

function isComplete({ present, rows }: SeenColumn): boolean {
  return present === rows;
}

/** How well a column would do as the id: 2 by its name, 1 by its values, 0 not at all. */
export function idRank(facts: SeenColumn): 0 | 1 | 2 {
  const { name, rows, distinct, numeric, whole, longNumbers, uuids } = facts;
  if (!isComplete(facts) || distinct < rows || (numeric && !whole)) return 0;
  if (isIdName(name) || isNumberName(name)) return 2;
  return longNumbers > 0 || uuids === rows ? 1 : 0;
}

function countsRows({ name, countsFrom, distinct, rows, whole, min, max }: SeenColumn): boolean {
  if (isRowNumberName(name)) return whole && distinct === rows;
  // The same numbers in another order, under a name that says that they are no more than that.
  const isWithoutGap = whole && distinct === rows && min !== undefined && max === min + rows - 1;
  if (/^(index|x|#)$/i.test(name) && isWithoutGap) return true;
  // From 1 on they may be ranks; from 100,000 on they were given out.
  if (isWithoutGap && rows >= minNumberedRows && min > rows && !isTimeName(name)) return true;
  return (countsFrom === 0 || countsFrom === 1) && rows > 2 && !isTimeName(name);
}

/** A number a little outside, with two significant digits. */
function roundOutwards(value: number, margin: number): number {
  const widened = value + margin;
  const unit = 10 ** Math.floor(Math.log10(Math.max(Math.abs(margin), 1e-9)));
  const rounded = (margin < 0 ? Math.floor(widened / unit) : Math.ceil(widened / unit)) * unit;
  return Number(rounded.toPrecision(12));
}

/** A range that holds all numbers seen, and others of their kind. */
export function rangeOf(min: number, max: number): [number, number] {
  if (min >= 0 && max <= 1) return [0, 1];
  const margin = Math.max((max - min) / 2, 1);
  const low = roundOutwards(min, -margin);
  // Rounding of large numbers may go inwards.
  return [Math.min(min, min >= 0 ? Math.max(0, low) : low), Math.max(max, roundOutwards(max, margin))];
}

function missingIn(facts: SeenColumn): string {
  const count = facts.rows - facts.present;
  if (count === 0) return "";
  const texts = facts.missing.length > 0 ? ` (${quoted(facts.missing, 4)})` : "";
  return `, missing in ${count.toLocaleString("en-US")} of ${facts.rows.toLocaleString("en-US")} rows${texts}`;
}

const tellsPersons = "that may tell persons apart, and the model itself would hold them";

function leftOut(facts: SeenColumn, why: string): DescribedColumn {
  return { name: facts.name, taken: "left out", why };
}

function asCategory(facts: SeenColumn, why: string): DescribedColumn {
  const { name, values = [] } = facts;
  const nullable = isComplete(facts) ? {} : { nullable: true };
  const column: Column = { name, type: "category", ...nullable, values: [...values], outside: "warn" };
  return { name, taken: "category", why: why + missingIn(facts), column };
}

/** A category of more values than are listed, where these come twice and more. */
function asManyValues(facts: SeenColumn, what: string, manyValues: ManyValues): DescribedColumn | undefined {
  const { name, present, distinct } = facts;
  if (manyValues === "left out" || distinct * 2 > present) return undefined;
  if (isContactName(name)) return leftOut(facts, `${what} ${tellsPersons}`);
  const nullable = isComplete(facts) ? {} : { nullable: true };
  const why = `${what}, each in ${formatNumber(present / distinct, 2)} rows on average${missingIn(facts)}`;
  if (manyValues === "any text") {
    return { name, taken: "category", why, column: { name, type: "category", ...nullable } };
  }
  const counted =
    manyValues === "by the target" ? "the mean target of its rows" : "the share of each class among its rows";
  return {
    name,
    taken: "category",
    why: `${why}; a value counts by ${counted}`,
    column: { name, type: "category", ...nullable, encoding: "target" },
    comment: `${JSON.stringify(name)} ${why}: too many to list, so each counts by ${counted}.`,
  };
}

/** What a column is whose values are numbers that say which, not how much; undefined when they are not. */
function describeCode(facts: SeenColumn, manyValues: ManyValues): DescribedColumn | undefined {
  const { name, present, distinct, values, leadingZeros, longNumbers, numeric, whole } = facts;
  const isEntity = isIdName(name) && (!numeric || whole);
  const isCode = leadingZeros > 0 || (isCodeName(name) && numeric && whole);
  if (!isCode && longNumbers === 0 && !isEntity) return undefined;
  const kind =
    leadingZeros > 0
      ? "codes that begin with 0"
      : isCode
        ? "codes of the post"
        : longNumbers > 0
          ? "numbers of more than 15 digits, which are codes"
          : distinct < present
            ? "ids that several rows share"
            : "ids";
  const isGroup = distinct <= maxGroups && distinct * minRowsPerGroup <= present;
  const isFew = isCode && distinct * 2 <= present;
  const found = `has ${distinct.toLocaleString("en-US")} different ${kind}`;
  if (values && (isGroup || isFew)) return asCategory(facts, found);
  const many = isCode ? asManyValues(facts, found, manyValues) : undefined;
  return many ?? leftOut(facts, `${found}, which a model would learn by heart`);
}

function describeNumber(facts: SeenColumn): DescribedColumn {
  const { name, min = 0, max = 0, distinct } = facts;
  if (Math.max(Math.abs(min), Math.abs(max)) > maxMagnitude) {
    return leftOut(facts, `has numbers beyond ±${maxMagnitude}, whose squares no computer holds`);
  }
  const nullable = isComplete(facts) ? {} : { nullable: true };
  const why = `has ${distinct.toLocaleString("en-US")} different numbers from ${min} to ${max}${missingIn(facts)}`;
  const column: Column = { name, type: "number", ...nullable, range: rangeOf(min, max), outside: "warn" };
  return { name, taken: "number", why, column };
}

const secondsOfDay = 86_400;
/** So many days show what comes again every year, and every week. */
const [daysOfYear, daysOfWeeks] = [365, 14];

/** Which cycles a span of days can tell something of, in words. */
function cyclesOf(days: number, hasClock: boolean): string {
  const cycles = [
    ...(days >= daysOfYear ? ["year"] : []),
    ...(days >= daysOfWeeks ? ["week"] : []),
    ...(hasClock ? ["day"] : []),
  ];
  const after = "days since the first for what goes on steadily";
  return cycles.length === 0
    ? `only ${after}`
    : `the cycle of ${cycles.join(", ")} for what comes again, and ${after}`;
}

/** What tells who somebody is, with little else, is in no log and no example; the model is trained on it all the same. */
function asPersonal({ why, comment = "", ...described }: DescribedColumn, column: Column): DescribedColumn {
  return {
    ...described,
    why: `${why}; personal, as its name says`,
    comment: `${comment} It is personal: kept out of logs, examples and reports.`,
    column: { ...column, personal: true },
  };
}

/** A date with the parts that its span can tell something of. */
function describeDate(
  facts: SeenColumn,
  { first, last, hasClock }: NonNullable<SeenColumn["moments"]>,
): DescribedColumn {
  const { name } = facts;
  const days = (last - first) / secondsOfDay;
  const firstDay = formatTime(Math.floor(first / secondsOfDay) * secondsOfDay);
  const column: Column = {
    name,
    type: "date",
    ...(!isComplete(facts) && { nullable: true }),
    parts: [
      ...(days >= daysOfYear ? (["yearCycle"] as const) : []),
      ...(days >= daysOfWeeks ? (["weekCycle"] as const) : []),
      ...(hasClock ? (["dayCycle"] as const) : []),
      { daysSince: firstDay },
    ],
  };
  const kind = hasClock ? "times" : "dates";
  const found = `has ${kind} from ${formatTime(first)} to ${formatTime(last)}`;
  const described: DescribedColumn = {
    name,
    taken: "date",
    why: found + missingIn(facts),
    column,
    comment: `${JSON.stringify(name)} ${found}: ${cyclesOf(days, hasClock)}.`,
  };
  return isBirthName(name) ? asPersonal(described, column) : described;
}

/** What a column is as a feature, or why it is left out; `rowNumbers: "keep"` takes numbers of rows for numbers. */
export function describeColumn(
  facts: SeenColumn,
  {
    rowNumbers = "leave out",
    manyValues = "left out",
  }: { readonly rowNumbers?: "leave out" | "keep"; readonly manyValues?: ManyValues } = {},
): DescribedColumn {
  const { name, present, distinct, values, boolean, numeric, dates, moments, uuids } = facts;
  if (present === 0) return leftOut(facts, "is always empty");
  if (distinct === 1 && isComplete(facts)) return leftOut(facts, "is the same in every row");
  if (rowNumbers === "leave out" && countsRows(facts)) return leftOut(facts, "counts the rows");
  if (boolean) {
    const nullable = isComplete(facts) ? {} : { nullable: true };
    return {
      name,
      taken: "boolean",
      why: `is true or false${missingIn(facts)}`,
      column: { name, type: "boolean", ...nullable },
    };
  }
  const code = describeCode(facts, manyValues);
  if (code) return code;
  if (numeric) return describeNumber(facts);
  if (moments) return describeDate(facts, moments);
  if (dates === present)
    return leftOut(
      facts,
      "is dates or times that are not written as ISO 8601 has it (2026-01-31); write them so to use them",
    );
  if (uuids === present) return leftOut(facts, "is ids");
  const found = `is text with ${distinct.toLocaleString("en-US")} different values`;
  if (isPersonName(name)) return leftOut(facts, `${found} ${tellsPersons}`);
  // Values that hardly ever come twice are names or remarks.
  if (values && distinct * 2 <= present) return asCategory(facts, found);
  return (values ? undefined : asManyValues(facts, found, manyValues)) ?? leftOut(facts, found);
}
