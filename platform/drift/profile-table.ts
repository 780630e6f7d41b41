import { double, identifier, type SqlEngine, type SqlRow } from "../sql/engine";
import { binEdges, decilePositions, maxDistinctBins, seemDiscrete, type ValueCount } from "./bins";
import { quartilePositions, type Quartiles } from "./profile-quantile";
import type { ColumnProfile, NumberProfile } from "./profile";
import { countCategories, profileCategories } from "./profile-categories";

/** Columns per statement: enough to scan a usual table once, few enough for a table of hundreds of columns. */
const columnsPerScan = 50;

/** A column of a table to profile; a boolean is profiled as a category. */
interface ProfiledColumn {
  readonly name: string;
  readonly type: "number" | "category" | "boolean";
}

type NumberColumn = Omit<NumberProfile, "counts" | "standardDeviation"> & { readonly name: string };

/**
 * Profiles of a table's columns, with bins and categories of their own: what later data is compared with. `from` is
 * what follows FROM: a table, or a subquery with an alias. A NULL is missing. Every column is scanned twice and
 * the number columns sorted once; nothing but the profiles comes back from the engine.
 */
export async function profileTable(
  engine: SqlEngine,
  from: string,
  columns: readonly ProfiledColumn[],
): Promise<Record<string, ColumnProfile>> {
  const rows = await countRows(engine, from);
  const numbers = await describeNumbers(engine, from, rows, columns);
  const binned: NumberColumn[] = [];
  for (const column of numbers) binned.push({ ...column, edges: await findEdges(engine, from, column) });
  const profiles = new Map<string, ColumnProfile>(await countBins(engine, from, binned));
  for (const { name, type } of columns) {
    if (type !== "number") profiles.set(name, await profileCategories(engine, from, { name, rows }));
  }
  return inOrder(columns, profiles);
}

/**
 * Profiles of a table's columns counted into the bins and categories of a reference, to compare with it. Every
 * column of `reference` must be in the table.
 */
export async function profileTableAgainst(
  engine: SqlEngine,
  from: string,
  reference: Readonly<Record<string, ColumnProfile>>,
): Promise<Record<string, ColumnProfile>> {
  const rows = await countRows(engine, from);
  const columns = Object.entries(reference).map(([name, { type }]) => ({ name, type }));
  const numbers = await describeNumbers(engine, from, rows, columns);
  const binned = numbers.map((column) => {
    const profile = reference[column.name];
    return { ...column, edges: profile?.type === "number" ? profile.edges : [] };
  });
  const profiles = new Map<string, ColumnProfile>(await countBins(engine, from, binned));
  for (const [name, profile] of Object.entries(reference)) {
    if (profile.type === "category") {
      profiles.set(name, await countCategories(engine, from, { name, rows, reference: profile }));
    }
  }
  return inOrder(columns, profiles);
}

/** Probability that two different rows of a table are alike in these columns, 0..1. */
export async function chanceOfLikeRows(
  engine: SqlEngine,
  from: string,
  names: readonly string[],
): Promise<number> {
  const columns = names.map(identifier).join(", ");
  const [row] = await engine.rows(
    `SELECT sum(CAST(n AS DOUBLE) * (n - 1)) AS pairs, sum(n) AS total
     FROM (SELECT count(*) AS n FROM ${from} GROUP BY ${columns}) AS grouped`,
  );
  const total = Number(row?.total ?? 0);
  return total < 2 ? 0 : Number(row?.pairs ?? 0) / (total * (total - 1));
}

async function countRows(engine: SqlEngine, from: string): Promise<number> {
  const [row] = await engine.rows(`SELECT count(*) AS n FROM ${from}`);
  return Number(row?.n ?? 0);
}

/** First scan: count, mean, least and greatest value of the number columns, and whether all are whole. */
async function describeNumbers(
  engine: SqlEngine,
  from: string,
  rows: number,
  columns: readonly ProfiledColumn[],
): Promise<NumberColumn[]> {
  const numbers = columns.filter((column) => column.type === "number");
  return await scan(engine, from, numbers, {
    select: ({ name }, index) => {
      const value = numberOf(name);
      return [
        `count(${value}) AS n${index}`,
        `avg(${value}) AS m${index}`,
        `min(${value}) AS l${index}`,
        `max(${value}) AS g${index}`,
        `count(CASE WHEN ${value} = floor(${value}) THEN 1 END) AS w${index}`,
      ];
    },
    read: ({ name }, index, row) => {
      const count = Number(row[`n${index}`] ?? 0);
      const [mean, min, max] = [row[`m${index}`], row[`l${index}`], row[`g${index}`]].map(finite);
      return {
        name,
        type: "number" as const,
        count,
        missing: rows - count,
        ...(mean !== undefined && { mean }),
        ...(min !== undefined && { min }),
        ...(max !== undefined && { max }),
        ...(count > 0 && Number(row[`w${index}`]) === count && { whole: true as const }),
        edges: [],
      };
    },
  });
}

/** Values of a column at positions (from 1) of its sorted values, exactly: a sort, which every engine can do beyond memory. */
async function valuesAt(
  engine: SqlEngine,
  from: string,
  { name, positions }: { readonly name: string; readonly positions: readonly number[] },
): Promise<number[]> {
  const value = numberOf(name);
  const rows = await engine.rows(
    `SELECT v, n FROM (SELECT ${value} AS v, row_number() OVER (ORDER BY ${value}) AS n
     FROM ${from} WHERE ${identifier(name)} IS NOT NULL) AS sorted WHERE n IN (${positions.join(", ")})`,
  );
  const values = new Map(rows.map(({ v, n }) => [Number(n), Number(v)]));
  return positions.map((position) => values.get(position) ?? NaN);
}

/** The quartiles of a number column with `count` values. */
export async function readQuartiles(
  engine: SqlEngine,
  from: string,
  { name, count }: { readonly name: string; readonly count: number },
): Promise<Quartiles> {
  const positions = quartilePositions(count);
  const [first = NaN, median = NaN, third = NaN] = await valuesAt(engine, from, { name, positions });
  return [first, median, third];
}

async function findEdges(engine: SqlEngine, from: string, column: NumberColumn): Promise<number[]> {
  if (column.min === undefined) return [];
  const { name, count } = column;
  const value = numberOf(name);
  const deciles = await valuesAt(engine, from, { name, positions: decilePositions(count) });
  return binEdges(column.min, deciles, seemDiscrete(deciles) ? await findDistinct(engine, from, value) : []);
}

/** The least distinct values of an expression, with their counts: one more than can have bins of their own shows that there are too many. */
async function findDistinct(engine: SqlEngine, from: string, value: string): Promise<ValueCount[]> {
  const rows = await engine.rows(
    `SELECT v, n FROM (SELECT ${value} AS v, count(*) AS n FROM ${from} WHERE ${value} IS NOT NULL GROUP BY 1) AS found
     ORDER BY v LIMIT ${maxDistinctBins + 1}`,
  );
  return rows.map(({ v, n }): ValueCount => [Number(v), Number(n)]);
}

/** Second scan: values per bin, and the squares around the mean, which one pass cannot sum without cancellation. */
async function countBins(
  engine: SqlEngine,
  from: string,
  columns: readonly NumberColumn[],
): Promise<[string, NumberProfile][]> {
  return await scan(engine, from, columns, {
    select: ({ name, mean, edges }, index) => {
      const value = numberOf(name);
      const distance = `(${value} - ${double(mean ?? 0)})`;
      return [
        `sum(${distance} * ${distance}) AS s${index}`,
        ...edges.map(
          (edge, bin) => `count(CASE WHEN ${value} <= ${double(edge)} THEN 1 END) AS b${index}_${bin}`,
        ),
      ];
    },
    read: ({ name, ...column }, index, row) => {
      const upTo = column.edges.map((_, bin) => Number(row[`b${index}_${bin}`] ?? 0));
      const counts = [...upTo, column.count].map((count, bin) => count - (upTo[bin - 1] ?? 0));
      const squares = finite(row[`s${index}`]);
      return [
        name,
        {
          ...column,
          ...(squares !== undefined &&
            column.mean !== undefined && { standardDeviation: Math.sqrt(squares / column.count) }),
          counts,
        },
      ];
    },
  });
}

/** One aggregate statement per fifty columns; `select` gives each column's expressions, `read` its result. */
async function scan<Column, Result>(
  engine: SqlEngine,
  from: string,
  columns: readonly Column[],
  {
    select,
    read,
  }: {
    select: (column: Column, index: number) => string[];
    read: (column: Column, index: number, row: SqlRow) => Result;
  },
): Promise<Result[]> {
  const results: Result[] = [];
  for (let start = 0; start < columns.length; start += columnsPerScan) {
    const some = columns.slice(start, start + columnsPerScan);
    const [row = {}] = await engine.rows(`SELECT ${some.flatMap(select).join(", ")} FROM ${from}`);
    results.push(...some.map((column, index) => read(column, index, row)));
  }
  return results;
}

function inOrder(
  columns: readonly { readonly name: string }[],
  profiles: ReadonlyMap<string, ColumnProfile>,
): Record<string, ColumnProfile> {
  return Object.fromEntries(
    columns.flatMap(({ name }) => {
      const profile = profiles.get(name);
      return profile ? [[name, profile]] : [];
    }),
  );
}

function numberOf(name: string): string {
  return `CAST(${identifier(name)} AS DOUBLE)`;
}

function finite(value: SqlRow[string] | undefined): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
