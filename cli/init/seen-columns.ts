import { typedColumn } from "../../platform/data/typed-columns";
import type { SqlEngine, SqlRow } from "../../platform/sql/engine";
import { identifier, literal } from "../../platform/sql/engine";
import { blank, maxOtherTexts, missingAmong, missingTexts } from "./missing-texts";
import { notations, type Notation, type Readings } from "./number-notation";

/** A text column with more distinct values than this is taken for free text, not a category. */
const maxCategories = 100;

/** What was seen of a column of a file whose columns nobody has described yet. */
export interface SeenColumn {
  readonly name: string;
  readonly rows: number;
  /** Rows with a value. */
  readonly present: number;
  readonly distinct: number;
  /** Texts in it that mean that a value is missing. */
  readonly missing: readonly string[];
  /** Whether every value that is present is a number. */
  readonly numeric: boolean;
  /** Whether every value that is present is true or false. */
  readonly boolean: boolean;
  /** Of numbers. */
  readonly min?: number;
  readonly max?: number;
  /** Whether all numbers are whole. */
  readonly whole: boolean;
  /** Rows with a whole number of more digits than a double holds, and with one that begins with 0. */
  readonly longNumbers: number;
  readonly leadingZeros: number;
  /** The first number, if each row has the number of the row before and 1. */
  readonly countsFrom?: number;
  /** Rows with a date or a time. */
  readonly dates: number;
  /** Rows with a UUID. */
  readonly uuids: number;
  /** Distinct values, sorted, when there are few. */
  readonly values?: readonly string[];
}

const patterns = {
  digitless: "[^0-9]*",
  pointGroups: "[+-]?[1-9][0-9]{0,2}([.][0-9]{3})+",
  pointed: "[^.]*[.].*",
  ungrouped: "[+-]?[0-9]{4,}",
  leadingZero: "[+-]?0[0-9]+",
  longNumber: "[+-]?[0-9]{16,}([.]0*)?",
  uuid: "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
  date: "([0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4})([T ].*)?|[0-9]{1,2}:[0-9]{2}(:[0-9]{2}.*)?",
};

function numberIn(engine: SqlEngine, name: string, notation: Notation): string {
  return typedColumn({ name, type: "number" }, engine.dialect, { ...notation, missing: [] });
}

/** Texts for a comparison with trimmed ones. */
function trimmed(list: readonly string[]): string {
  return list.map((text) => literal(text.trim())).join(", ");
}

/** What a column of the table `raw`, which holds text, could be. */
export async function readingsOf(engine: SqlEngine, name: string): Promise<Readings> {
  const column = identifier(name);
  const matching = (pattern: string): string =>
    `count(CASE WHEN ${engine.dialect.matches(`trim(${column})`, pattern)} THEN 1 END)`;
  const [row = {}] = await engine.rows(`
    SELECT count(${column}) AS present, count(${numberIn(engine, name, { decimal: "." })}) AS numbers,
           ${matching(patterns.digitless)} AS digitless, ${matching(patterns.pointed)} AS pointed,
           ${matching(patterns.pointGroups)} AS grouped, ${matching(patterns.ungrouped)} AS ungrouped
    FROM raw`);
  const facts = Object.fromEntries(Object.entries(row).map(([key, value]) => [key, Number(value)]));
  const { present = 0, numbers = 0, digitless = 0, pointed = 0, grouped = 0, ungrouped = 0 } = facts;
  const pointsGroup = pointed > 0 && pointed === grouped && ungrouped === 0;
  const isNumeric = (count: number): boolean =>
    count * 2 >= present && count + digitless >= present && count > 0;
  // Whole numbers are the same in every notation, and say nothing about it.
  if (isNumeric(numbers) && pointed === 0) return { numeric: notations.map(() => true), pointsGroup };
  const counts = notations.map(
    (notation, index) => `count(${numberIn(engine, name, notation)}) AS n${index}`,
  );
  const [found = {}] = await engine.rows(`SELECT ${counts.join(", ")} FROM raw`);
  return { numeric: notations.map((_, index) => isNumeric(Number(found[`n${index}`]))), pointsGroup };
}

/** Texts of a column that are no numbers: those that may mean that a value is missing, and some of the others. */
async function otherTexts(
  engine: SqlEngine,
  name: string,
  notation: Notation,
): Promise<{ found: string[]; others: string[] }> {
  const column = identifier(name);
  const list = async (condition: string, limit: number): Promise<string[]> => {
    const rows = await engine.rows(
      `SELECT DISTINCT trim(${column}) AS v FROM raw WHERE ${column} IS NOT NULL AND ${condition} ORDER BY v LIMIT ${limit}`,
    );
    return rows.map(({ v }) => (v === "" ? blank : String(v)));
  };
  const known = `trim(${column}) IN (${trimmed(missingTexts)})`;
  return {
    found: await list(known, missingTexts.length),
    others: await list(`NOT ${known} AND ${numberIn(engine, name, notation)} IS NULL`, maxOtherTexts + 1),
  };
}

/** Looks at a column of the table `raw`, whose numbers are written in a notation. */
export async function lookAtColumn(
  engine: SqlEngine,
  name: string,
  { notation, readings }: { readonly notation: Notation; readonly readings: Readings | undefined },
): Promise<SeenColumn> {
  const { found, others } = await otherTexts(engine, name, notation);
  const canBeNumbers = others.length <= maxOtherTexts && others.every((text) => !/\d/.test(text));
  const isNumeric = canBeNumbers && readings?.numeric[notations.indexOf(notation)] === true;
  const missing = missingAmong(found, { numeric: isNumeric, others });
  const present = `(SELECT _row, ${withoutTexts(name, missing)} FROM raw) AS present`;
  const row = await factsOf(engine, name, { from: present, notation });
  const [rows, count, distinct] = [Number(row.n), Number(row.present), Number(row.different)];
  return {
    name,
    rows,
    present: count,
    distinct,
    missing,
    numeric: isNumeric,
    boolean: count > 0 && Number(row.booleans) === count,
    ...(isNumeric && { min: Number(row.min), max: Number(row.max) }),
    whole: isNumeric && Number(row.whole) === count,
    longNumbers: Number(row.long),
    leadingZeros: Number(row.zeros),
    ...(isNumeric && count === rows && row.first === row.last && { countsFrom: Number(row.first) + 1 }),
    dates: Number(row.dates),
    uuids: Number(row.uuids),
    ...(distinct <= maxCategories && { values: await valuesOf(engine, name, present) }),
  };
}

function withoutTexts(name: string, missing: readonly string[]): string {
  const column = identifier(name);
  if (missing.length === 0) return column;
  return `CASE WHEN trim(${column}) IN (${trimmed(missing)}) THEN NULL ELSE ${column} END AS ${column}`;
}

async function factsOf(
  engine: SqlEngine,
  name: string,
  { from, notation }: { readonly from: string; readonly notation: Notation },
): Promise<SqlRow> {
  const column = identifier(name);
  const number = numberIn(engine, name, notation);
  const matching = (pattern: string): string =>
    `count(CASE WHEN ${engine.dialect.matches(`trim(${column})`, pattern)} THEN 1 END)`;
  const [row = {}] = await engine.rows(`
    SELECT count(*) AS n, count(${column}) AS present, count(DISTINCT ${column}) AS different,
           min(${number}) AS min, max(${number}) AS max,
           count(CASE WHEN ${number} = floor(${number}) THEN 1 END) AS whole,
           min(${number} - _row) AS first, max(${number} - _row) AS last,
           count(CASE WHEN lower(trim(${column})) IN ('true', 'false') THEN 1 END) AS booleans,
           ${matching(patterns.longNumber)} AS long, ${matching(patterns.leadingZero)} AS zeros,
           ${matching(patterns.date)} AS dates, ${matching(patterns.uuid)} AS uuids
    FROM ${from}`);
  return row;
}

async function valuesOf(engine: SqlEngine, name: string, from: string): Promise<string[]> {
  const column = identifier(name);
  const rows = await engine.rows(
    `SELECT DISTINCT ${column} AS v FROM ${from} WHERE ${column} IS NOT NULL ORDER BY v`,
  );
  return rows.map(({ v }) => String(v));
}
