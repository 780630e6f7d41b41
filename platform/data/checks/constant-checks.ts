import type { ColumnFacts } from "../column-facts";
import type { Finding } from "../findings";
import { counted } from "../../base/wording";

/** Features with one value in all rows: they do no harm and tell nothing, and most often a join or an export went wrong. */
export function checkConstant(facts: readonly ColumnFacts[], rows: number): Finding[] {
  // Of a single row each column is constant, and that there is one is said elsewhere.
  if (rows < 2) return [];
  return facts
    .filter(({ column, missing, min, max }) => column.role === "feature" && missing === 0 && min === max)
    .map(({ column: { name } }) => ({
      severity: "warning",
      check: "constant",
      column: name,
      message: `Feature "${name}" has the same value in all ${counted(rows, "row")}. A model learns nothing from it; leave it out, or correct where it comes from.`,
      count: rows,
    }));
}
