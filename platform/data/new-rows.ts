import type { ModelDefinition } from "../definition/definition";
import { sentValue } from "../definition/shown-value";
import type { SqlEngine, SqlRow } from "../sql/engine";
import { identifier } from "../sql/engine";

/** Rows that data does not have yet, and what became of the others. */
export interface NewRows {
  readonly rows: readonly SqlRow[];
  /** Rows that the data has, or that are among the others twice. */
  readonly present: number;
  /** Of those, rows whose id the data has with other values; the values in the data stay. */
  readonly differing: number;
}

/**
 * Which of some rows are not in the table `data` yet: by the id or, in a table without ids, by all values but the weight,
 * as the definition reads them. Memory grows with the rows given, not with the table.
 */
export async function findNewRows(
  engine: SqlEngine,
  { columns }: ModelDefinition,
  rows: readonly SqlRow[],
): Promise<NewRows> {
  const id = columns.find(({ role }) => role === "id")?.name;
  const compared = columns.filter(({ role }) => role !== "weight");
  const names = compared.map(({ name }) => name);
  const valuesOf = (row: SqlRow): string =>
    JSON.stringify(compared.map((column) => sentValue(column, row[column.name])));
  const keyOf = (row: SqlRow): string => (id === undefined ? valuesOf(row) : String(row[id]));
  const fresh = new Map<string, SqlRow>();
  for (const row of rows) if (!fresh.has(keyOf(row))) fresh.set(keyOf(row), row);
  let differing = 0;
  for await (const chunk of engine.chunks(`SELECT ${names.map(identifier).join(", ")} FROM data`)) {
    for (const old of chunk) {
      const row = fresh.get(keyOf(old));
      if (row === undefined) continue;
      if (valuesOf(row) !== valuesOf(old)) differing++;
      fresh.delete(keyOf(old));
    }
  }
  return { rows: [...fresh.values()], present: rows.length - fresh.size, differing };
}
