import type { DataFormat } from "../../definition/definition";
import type { SqlRow } from "../../sql/engine";

/** Rows with their numbers as text in the notation of a model's CSV files, in which they are read again. */
export function writtenRows(rows: readonly SqlRow[], { decimal }: DataFormat): readonly SqlRow[] {
  if (decimal === ".") return rows;
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        typeof value === "number" ? String(value).replace(".", decimal) : value,
      ]),
    ),
  );
}
