import { typedColumn } from "../../platform/data/typed-columns";
import type { SqlEngine } from "../../platform/sql/engine";
import { identifier } from "../../platform/sql/engine";

/** A text column with more distinct values than this is taken for free text, not a category. */
const maxCategories = 100;

/** What was seen of a column of a file whose columns nobody has described yet. */
export interface SeenColumn {
  readonly name: string;
  /** Whether every value that is present is a number, as data has to write it. */
  readonly numeric: boolean;
  readonly boolean: boolean;
  readonly rows: number;
  readonly present: number;
  readonly distinct: number;
  readonly min?: number;
  readonly max?: number;
  /** Distinct values, sorted, when there are few. */
  readonly values?: readonly string[];
}

/** Looks at a column of the table `raw`, which holds text. */
export async function lookAtColumn(engine: SqlEngine, name: string): Promise<SeenColumn> {
  const column = identifier(name);
  const number = typedColumn({ name, type: "number" }, engine.dialect);
  const [row = {}] = await engine.rows(`
    SELECT count(*) AS n, count(${column}) AS present, count(DISTINCT ${column}) AS different,
           count(${number}) AS numbers, min(${number}) AS min, max(${number}) AS max,
           count(CASE WHEN lower(${column}) IN ('true', 'false') THEN 1 END) AS booleans
    FROM raw`);
  const [rows, present, distinct] = [Number(row.n), Number(row.present), Number(row.different)];
  const numeric = present > 0 && Number(row.numbers) === present;
  return {
    name,
    numeric,
    boolean: present > 0 && Number(row.booleans) === present,
    rows,
    present,
    distinct,
    ...(numeric && { min: Number(row.min), max: Number(row.max) }),
    ...(distinct <= maxCategories && { values: await valuesOf(engine, name) }),
  };
}

async function valuesOf(engine: SqlEngine, name: string): Promise<string[]> {
  const column = identifier(name);
  const rows = await engine.rows(
    `SELECT DISTINCT ${column} AS v FROM raw WHERE ${column} IS NOT NULL ORDER BY v`,
  );
  return rows.map(({ v }) => String(v));
}

/** Share of rows of the table `raw` that are equal to an earlier one in the given columns, 0..1. */
export async function repeatedShare(engine: SqlEngine, names: readonly string[]): Promise<number> {
  const columns = names.map(identifier).join(", ");
  const [row = {}] = await engine.rows(`
    SELECT (SELECT count(*) FROM raw) AS n, (SELECT count(*) FROM (SELECT DISTINCT ${columns} FROM raw)) AS different`);
  return 1 - Number(row.different) / Number(row.n);
}
