import { typedColumn } from "../../platform/data/values/typed-columns";
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
  /** Rows with a date or a time, in whatever notation. */
  readonly dates: number;
  /** Where every value is a moment as ISO 8601 writes it: the least and the greatest, in seconds since 1970, and whether some have a time of day. */
  readonly moments?: { readonly first: number; readonly last: number; readonly hasClock: boolean };
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

/** Each text of a column once, `v`, and without spaces around it, `t`, with the number of its rows, `n`, and the first of them, `r`. */
interface TextTable {
  readonly name: string;
  readonly table: string;
  /** Rows of the file, those without a value included. */
  readonly rows: number;
}

/** Groups a column of the table `raw` by its texts: most columns have few, and each is then looked at once. */
export async function groupTexts(engine: SqlEngine, name: string, position: number): Promise<TextTable> {
  const [table, column] = [`texts_${position}`, identifier(name)];
  await engine.run(
    `CREATE TABLE ${table} AS SELECT ${column} AS v, trim(${column}) AS t, count(*) AS n, min(_row) AS r FROM raw WHERE ${column} IS NOT NULL GROUP BY ${column}`,
  );
  const [row = {}] = await engine.rows("SELECT count(*) AS n FROM raw");
  return { name, table, rows: Number(row.n) };
}

function numberIn(engine: SqlEngine, notation: Notation): string {
  return typedColumn({ name: "v", type: "number" }, engine.dialect, {
    format: { ...notation, missing: [] },
  });
}

/** Texts for a comparison with trimmed ones. */
function trimmed(list: readonly string[]): string {
  return list.map((text) => literal(text.trim())).join(", ");
}

/** SQL for the number of rows whose text meets a condition. */
function rowsWith(condition: string): string {
  return `sum(CASE WHEN ${condition} THEN n END)`;
}

/** What a column could be. */
export async function readingsOf(engine: SqlEngine, { table }: TextTable): Promise<Readings> {
  const matching = (pattern: string): string => rowsWith(engine.dialect.matches("t", pattern));
  const [row = {}] = await engine.rows(`
    SELECT sum(n) AS present, ${rowsWith(`${numberIn(engine, { decimal: "." })} IS NOT NULL`)} AS numbers,
           ${matching(patterns.digitless)} AS digitless, ${matching(patterns.pointed)} AS pointed,
           ${matching(patterns.pointGroups)} AS grouped, ${matching(patterns.ungrouped)} AS ungrouped
    FROM ${table}`);
  const facts = Object.fromEntries(Object.entries(row).map(([key, value]) => [key, Number(value)]));
  const { present = 0, numbers = 0, digitless = 0, pointed = 0, grouped = 0, ungrouped = 0 } = facts;
  const pointsGroup = pointed > 0 && pointed === grouped && ungrouped === 0;
  const isNumeric = (count: number): boolean =>
    count * 2 >= present && count + digitless >= present && count > 0;
  // Whole numbers are the same in every notation, and say nothing about it.
  if (isNumeric(numbers) && pointed === 0) return { numeric: notations.map(() => true), pointsGroup };
  const counts = notations.map(
    (notation, index) => `${rowsWith(`${numberIn(engine, notation)} IS NOT NULL`)} AS n${index}`,
  );
  const [found = {}] = await engine.rows(`SELECT ${counts.join(", ")} FROM ${table}`);
  return { numeric: notations.map((_, index) => isNumeric(Number(found[`n${index}`]))), pointsGroup };
}

/** Texts of a column that are no numbers: those that may mean that a value is missing, and some of the others. */
async function otherTexts(
  engine: SqlEngine,
  { table }: TextTable,
  notation: Notation,
): Promise<{ found: string[]; others: string[] }> {
  const list = async (condition: string, limit: number): Promise<string[]> => {
    const rows = await engine.rows(
      `SELECT DISTINCT t FROM ${table} WHERE ${condition} ORDER BY t LIMIT ${limit}`,
    );
    return rows.map(({ t }) => (t === "" ? blank : String(t)));
  };
  const known = `t IN (${trimmed(missingTexts)})`;
  return {
    found: await list(known, missingTexts.length),
    others: await list(`NOT ${known} AND ${numberIn(engine, notation)} IS NULL`, maxOtherTexts + 1),
  };
}

/** Looks at a column whose numbers are written in a notation. */
export async function lookAtColumn(
  engine: SqlEngine,
  texts: TextTable,
  { notation, readings }: { readonly notation: Notation; readonly readings: Readings },
): Promise<SeenColumn> {
  const { name, rows } = texts;
  const { found, others } = await otherTexts(engine, texts, notation);
  const canBeNumbers = others.length <= maxOtherTexts && others.every((text) => !/\d/.test(text));
  const isNumeric = canBeNumbers && readings.numeric[notations.indexOf(notation)] === true;
  const missing = missingAmong(found, { numeric: isNumeric, others });
  const isPresent = missing.length === 0 ? "TRUE" : `t NOT IN (${trimmed(missing)})`;
  const from = `${texts.table} WHERE ${isPresent}`;
  const row = await factsOf(engine, { from, notation });
  const [present, distinct] = [Number(row.present), Number(row.different)];
  return {
    name,
    rows,
    present,
    distinct,
    missing,
    numeric: isNumeric,
    boolean: present > 0 && Number(row.booleans) === present,
    ...(isNumeric && { min: Number(row.min), max: Number(row.max) }),
    whole: isNumeric && Number(row.whole) === present,
    longNumbers: Number(row.long),
    leadingZeros: Number(row.zeros),
    ...(isNumeric && distinct === rows && row.first === row.last && { countsFrom: Number(row.first) + 1 }),
    dates: Number(row.dates),
    ...(present > 0 &&
      Number(row.moments) === present && {
        moments: {
          first: Number(row.first_moment),
          last: Number(row.last_moment),
          hasClock: Number(row.clocks) > 0,
        },
      }),
    uuids: Number(row.uuids),
    ...(distinct <= maxCategories && { values: await valuesOf(engine, from) }),
  };
}

async function factsOf(
  engine: SqlEngine,
  { from, notation }: { readonly from: string; readonly notation: Notation },
): Promise<SqlRow> {
  const number = numberIn(engine, notation);
  const moment = typedColumn({ name: "v", type: "date" }, engine.dialect);
  const matching = (pattern: string): string => rowsWith(engine.dialect.matches("t", pattern));
  const [row = {}] = await engine.rows(`
    SELECT sum(n) AS present, count(*) AS different, min(${number}) AS min, max(${number}) AS max,
           ${rowsWith(`${number} = floor(${number})`)} AS whole,
           min(${number} - r) AS first, max(${number} - r) AS last,
           ${rowsWith("lower(t) IN ('true', 'false')")} AS booleans,
           ${matching(patterns.longNumber)} AS long, ${matching(patterns.leadingZero)} AS zeros,
           ${rowsWith(`${moment} IS NOT NULL`)} AS moments, min(${moment}) AS first_moment, max(${moment}) AS last_moment,
           ${rowsWith(`${moment} <> 86400 * floor(${moment} / 86400)`)} AS clocks,
           ${matching(patterns.date)} AS dates, ${matching(patterns.uuid)} AS uuids
    FROM ${from}`);
  return row;
}

async function valuesOf(engine: SqlEngine, from: string): Promise<string[]> {
  const rows = await engine.rows(`SELECT v FROM ${from} ORDER BY v`);
  return rows.map(({ v }) => String(v));
}
