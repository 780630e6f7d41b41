import type { ColumnDefinition } from "../definition/definition";
import { identifier, type SqlEngine } from "../sql/engine";
import { binEdges, decilePositions, maxDistinctBins, seemDiscrete, type ValueCount } from "./bins";
import { quartilePositions, type Quartiles } from "./profile-quantile";
import { profiledColumns, withProfiled, type ProfiledColumn } from "./date-profiles";
import type { ColumnProfile, NumberProfile } from "./profile";
import { countCategories, profileCategories } from "./profile-categories";
import { countBins, describeNumbers, type DescribedColumn, type NumberColumn } from "./profile-numbers";

function numbersAmong(columns: readonly ProfiledColumn[]): string[] {
  return columns.filter(({ type }) => type === "number").map(({ name }) => name);
}

/** A table whose columns are described, and not yet counted. */
export interface DescribedTable {
  /** What follows FROM for the numbers, and those of the table alone, as not all are columns of it. */
  readonly from: string;
  readonly rows: number;
  readonly columns: readonly ProfiledColumn[];
  readonly numbers: readonly NumberColumn[];
}

/** What is known of a table on the way to its profiles. */
interface KnownOfTable {
  /** Its numbers, where they were described already. */
  readonly described?: readonly DescribedColumn[] | undefined;
}

/** The first half of `profileTable`: where the bins of numbers are. */
export async function describeTable(
  engine: SqlEngine,
  table: string,
  features: readonly Pick<ColumnDefinition, "name" | "type" | "parts">[],
  known: KnownOfTable = {},
): Promise<DescribedTable> {
  const columns = profiledColumns(features);
  const from = withProfiled(table, columns);
  const rows = await engine.count(from);
  const numbers: NumberColumn[] = [];
  const all =
    known.described ?? (await describeNumbers(engine, from, { names: numbersAmong(columns), rows }));
  for (const described of all)
    numbers.push({ ...described.column, edges: await findEdges(engine, from, described) });
  return { from, rows, columns, numbers };
}

/** The second half: what is in the bins, where it is not known already, and the categories. */
export async function countTable(
  engine: SqlEngine,
  { from, rows, columns, numbers }: DescribedTable,
  counted?: readonly [string, NumberProfile][],
): Promise<Record<string, ColumnProfile>> {
  const profiles = new Map<string, ColumnProfile>(counted ?? (await countBins(engine, from, numbers)));
  for (const { name, type } of columns) {
    if (type !== "number") profiles.set(name, await profileCategories(engine, from, { name, rows }));
  }
  return inOrder(columns, profiles);
}

/**
 * Profiles of a table's columns, with bins and categories of their own: what later data is compared with. `table` is
 * what follows FROM: a table, or a subquery with an alias. A NULL is missing. Number
 * columns are scanned twice, categories counted once. The bins of very many numbers are found by a sample of them; what is in
 * the bins is counted of all.
 */
export async function profileTable(
  engine: SqlEngine,
  table: string,
  features: readonly Pick<ColumnDefinition, "name" | "type" | "parts">[],
): Promise<Record<string, ColumnProfile>> {
  return countTable(engine, await describeTable(engine, table, features));
}

/**
 * Profiles of a table's columns counted into the bins and categories of a reference, to compare with it. Every
 * column of `reference` must be in the table.
 */
export async function profileTableAgainst(
  engine: SqlEngine,
  table: string,
  reference: Readonly<Record<string, ColumnProfile>>,
): Promise<Record<string, ColumnProfile>> {
  const columns = columnsOf(reference);
  const from = withProfiled(table, columns);
  const rows = await engine.count(from);
  const numbers = await describeNumbers(engine, from, { names: numbersAmong(columns), rows });
  const binned = numbers.map(({ column }) => {
    const profile = reference[column.name];
    if (profile?.type !== "number") return { ...column, edges: [] };
    const { edges, min, max } = profile;
    return {
      ...column,
      edges,
      ...(min !== undefined && max !== undefined && { within: [min, max] as const }),
    };
  });
  const profiles = new Map<string, ColumnProfile>(await countBins(engine, from, binned));
  for (const [name, profile] of Object.entries(reference)) {
    if (profile.type === "category") {
      profiles.set(name, await countCategories(engine, from, { name, rows, reference: profile }));
    }
  }
  return inOrder(columns, profiles);
}

/** The columns that profiles are of. */
export function columnsOf(reference: Readonly<Record<string, ColumnProfile>>): ProfiledColumn[] {
  return Object.entries(reference).map(([name, profile]) => ({
    name,
    type: profile.type,
    ...(profile.type === "number" && profile.date && { date: profile.date }),
  }));
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

async function findEdges(
  engine: SqlEngine,
  from: string,
  { column: { name, min }, sample }: DescribedColumn,
): Promise<number[]> {
  if (min === undefined) return [];
  const deciles = decilePositions(sample.length).map((position) => sample[position - 1] ?? NaN);
  const distinct = seemDiscrete(deciles) ? await findDistinct(engine, from, numberOf(name)) : [];
  return binEdges(min, deciles, distinct);
}

/** The least distinct values of an expression, with their counts: one more than can have bins of their own shows that there are too many. */
async function findDistinct(engine: SqlEngine, from: string, value: string): Promise<ValueCount[]> {
  const rows = await engine.rows(
    `SELECT v, n FROM (SELECT ${value} AS v, count(*) AS n FROM ${from} WHERE ${value} IS NOT NULL GROUP BY 1) AS found
     ORDER BY v LIMIT ${maxDistinctBins + 1}`,
  );
  return rows.map(({ v, n }): ValueCount => [Number(v), Number(n)]);
}

function inOrder(
  columns: readonly ProfiledColumn[],
  profiles: ReadonlyMap<string, ColumnProfile>,
): Record<string, ColumnProfile> {
  return Object.fromEntries(
    columns.flatMap(({ name, date }) => {
      const profile = profiles.get(name);
      return profile ? [[name, { ...profile, ...(profile.type === "number" && date && { date }) }]] : [];
    }),
  );
}

function numberOf(name: string): string {
  return `CAST(${identifier(name)} AS DOUBLE)`;
}
