import type { ColumnDefinition } from "../definition/definition";
import type { Finding } from "./findings";
import type { SqlEngine, SqlValue } from "../sql/engine";
import { double, identifier, literal } from "../sql/engine";

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
    const typed = some.flatMap((column, index) => {
      const value = identifier(column.name);
      return [
        `count(${value}) AS t${index}`,
        `count(CASE WHEN ${outsideCondition(column, value)} THEN 1 END) AS o${index}`,
        `min(${value}) AS l${index}`,
        `max(${value}) AS g${index}`,
      ];
    });
    const [values = {}] = await engine.rows(`SELECT ${typed.join(", ")} FROM data`);
    const text = await countTexts(
      engine,
      some.filter((_, index) => Number(values[`t${index}`] ?? 0) < rows),
    );
    facts.push(
      ...some.map((column, index) => {
        const count = Number(values[`t${index}`] ?? 0);
        const present = text.get(column.name) ?? count;
        const [min, max] = [values[`l${index}`] ?? null, values[`g${index}`] ?? null];
        return {
          column,
          missing: rows - present,
          mistyped: present - count,
          outside: Number(values[`o${index}`] ?? 0),
          ...(min !== null && max !== null && { min, max }),
        };
      }),
    );
  }
  return facts;
}

/** In how many rows each column has a text: only the file tells a value that is missing from one that is none of the type. */
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
