import type { ColumnValues, FeatureTable } from "./table";

function taken(values: ColumnValues, rows: readonly number[]): ColumnValues {
  if (values instanceof Float64Array) return Float64Array.from(rows, (row) => values[row] ?? NaN);
  if (values instanceof Uint8Array) return Uint8Array.from(rows, (row) => values[row] ?? 0);
  return rows.map((row) => values[row] ?? "");
}

/** The table of some of a table's rows (from 0), in the order given. */
export function takeRows({ columns }: FeatureTable, rows: readonly number[]): FeatureTable {
  return {
    rows: rows.length,
    columns: new Map([...columns].map(([name, values]) => [name, taken(values, rows)])),
  };
}
