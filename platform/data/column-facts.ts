import type { ColumnDefinition } from "../definition/definition";
import { NumberSummary } from "../base/number-summary";
import type { Finding } from "./findings";
import type { SqlEngine, SqlValue } from "../sql/engine";
import { double, identifier, isEmbedded, literal } from "../sql/engine";
import { isStoredAsNumber } from "./values/typed-columns";

/** What one scan says of a column. */
export interface ColumnFacts {
  readonly column: ColumnDefinition;
  /** Rows whose field is empty. */
  readonly missing: number;
  /** Rows whose text is no value of the column's type. */
  readonly mistyped: number;
  /** Rows with a value outside the range, or not among the values allowed. */
  readonly outside: number;
  /** Least and greatest value; absent when there is none. */
  readonly min?: SqlValue;
  readonly max?: SqlValue;
}

/** Columns per statement, so that hundreds of columns make no statement too long for an engine. */
const columnsPerScan = 50;
/** Rows named in a finding. */
const maxExamples = 5;

/** SQL condition for a value of a column that is not allowed; NULL is allowed. */
export function outsideCondition(
  {
    type,
    role,
    range,
    values,
    classes,
  }: Pick<ColumnDefinition, "type" | "range" | "values"> &
    Partial<Pick<ColumnDefinition, "role" | "classes">>,
  value: string,
): string {
  if (values) return `${value} NOT IN (${values.map(literal).join(", ")})`;
  if (classes) return `${value} NOT IN (${classes.map(double).join(", ")})`;
  if (range) return `(${value} < ${double(range[0])} OR ${value} > ${double(range[1])})`;
  if (type === "number" && role === "weight") return `${value} < 0`;
  return "FALSE";
}

/** Facts of the given columns, which are in the file, from the view `raw` and the table `data`. */
export async function readColumnFacts(
  engine: SqlEngine,
  columns: readonly ColumnDefinition[],
  rows: number,
): Promise<ColumnFacts[]> {
  const facts: ColumnFacts[] = [];
  for (let start = 0; start < columns.length; start += columnsPerScan) {
    const some = columns.slice(start, start + columnsPerScan);
    const values = await readValues(engine, some);
    const valuesOf = ({ name }: ColumnDefinition): Values => values.get(name) ?? { count: 0, outside: 0 };
    const text = await countTexts(
      engine,
      some.filter((column) => valuesOf(column).count < rows),
    );
    facts.push(
      ...some.map((column) => {
        const { count, ...found } = valuesOf(column);
        const present = text.get(column.name) ?? count;
        return { column, missing: rows - present, mistyped: present - count, ...found };
      }),
    );
  }
  return facts;
}

/** What is found of a column's values. */
type Values = Pick<ColumnFacts, "outside" | "min" | "max"> & { readonly count: number };

/** Columns' values by name: of numbers from their blocks, and from the engine what these do not tell. */
async function readValues(
  engine: SqlEngine,
  columns: readonly ColumnDefinition[],
): Promise<ReadonlyMap<string, Values>> {
  const numbers = await summariseNumbers(engine, columns.filter(isStoredAsNumber));
  const others = columns.filter((column) => {
    const summary = numbers.get(column.name);
    return summary === undefined || mayBeOutside(column, summary);
  });
  return new Map([...numbers, ...(await countValues(engine, others))]);
}

/** Whether numbers may be among a column's that are not allowed: it is worth to count them. */
function mayBeOutside(
  { range, role, classes }: ColumnDefinition,
  { min = Infinity, max = -Infinity }: Pick<ColumnFacts, "min" | "max">,
): boolean {
  const [low, high] = range ?? [role === "weight" ? 0 : -Infinity, Infinity];
  return classes !== undefined || Number(min) < low || Number(max) > high;
}

/** From blocks of them, which are read again: to split the rows, and to train on them. */
async function summariseNumbers(
  engine: SqlEngine,
  columns: readonly ColumnDefinition[],
): Promise<ReadonlyMap<string, Values>> {
  if (columns.length === 0) return new Map();
  const names = columns.map(({ name }) => identifier(name));
  const known = isEmbedded(engine) ? names.map((name) => engine.summaryOf("data", name)) : [];
  const summaries = names.map((_, index) => known[index] ?? new NumberSummary());
  // What was read into blocks on the way here was looked at then.
  if (!names.every((_, index) => known[index]))
    for await (const block of engine.blocks(names, "data", { again: true }))
      for (const [index, summary] of summaries.entries())
        if (!known[index]) summary.add(block[index] ?? new Float64Array());
  return new Map(
    columns.map(({ name }, index) => {
      const { count, min, max } = summaries[index] ?? new NumberSummary();
      return [name, { count, outside: 0, ...(count > 0 && { min, max }) }];
    }),
  );
}

async function countValues(
  engine: SqlEngine,
  columns: readonly ColumnDefinition[],
): Promise<[string, Values][]> {
  if (columns.length === 0) return [];
  const counts = columns.flatMap((column, index) => {
    const value = identifier(column.name);
    return [
      `count(${value}) AS t${index}`,
      `count(CASE WHEN ${outsideCondition(column, value)} THEN 1 END) AS o${index}`,
      `min(${value}) AS l${index}`,
      `max(${value}) AS g${index}`,
    ];
  });
  const [row = {}] = await engine.rows(`SELECT ${counts.join(", ")} FROM data`);
  return columns.map(({ name }, index) => {
    const [min, max] = [row[`l${index}`] ?? null, row[`g${index}`] ?? null];
    const count = Number(row[`t${index}`] ?? 0);
    const outside = Number(row[`o${index}`] ?? 0);
    return [name, { count, outside, ...(min !== null && max !== null && { min, max }) }];
  });
}

/** In how many rows each column has a text: only the file tells a missing value from one of another type. */
async function countTexts(
  engine: SqlEngine,
  columns: readonly ColumnDefinition[],
): Promise<ReadonlyMap<string, number>> {
  if (columns.length === 0) return new Map();
  const counts = columns.map(({ name }, index) => `count(${identifier(name)}) AS p${index}`);
  const [row = {}] = await engine.rows(`SELECT ${counts.join(", ")} FROM raw`);
  return new Map(columns.map(({ name }, index) => [name, Number(row[`p${index}`] ?? 0)]));
}

/** The first rows that meet a condition (over `d`, the typed row, and `r`, its text), with a column's text there. */
export async function findExamples(
  engine: SqlEngine,
  column: string,
  condition: string,
): Promise<NonNullable<Finding["examples"]>> {
  const rows = await engine.rows(
    `SELECT d._row AS data_row, r.${identifier(column)} AS value FROM data d JOIN raw r ON d._row = r._row ` +
      `WHERE ${condition} ORDER BY d._row LIMIT ${maxExamples}`,
  );
  return rows.map((row) => ({ row: Number(row.data_row), value: String(row.value ?? "") }));
}
