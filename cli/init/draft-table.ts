import { formatTable } from "../terminal/format-table";
import type { Draft } from "./draft";

/** Width of the sentences. */
const whyWidth = 76;

/** Each column, what it was taken for and why, and what else there is to know of a draft. */
export function describeDraft({
  columns,
  baseline,
  notes,
}: Pick<Draft, "columns" | "baseline" | "notes">): string {
  const table = formatTable(
    ["column", "taken for", "why"],
    columns.map(({ name, taken, why }) => [name === "" ? "(no name)" : name, taken, why]),
    [null, null, whyWidth],
  );
  return [table, ...notes, baseline].join("\n");
}
