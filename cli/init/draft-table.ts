import { formatTable } from "../terminal/format-table";
import { adviceLines } from "./advise";
import type { Draft } from "./draft";

/** Width of the sentences. */
const whyWidth = 76;

/** Each column, what it was taken for and why, and what else there is to know of a draft. */
export function describeDraft({
  columns,
  baseline,
  notes,
  advice,
}: Pick<Draft, "columns" | "baseline" | "notes" | "advice">): string {
  const table = formatTable(
    ["column", "taken for", "why"],
    columns.map(({ name, taken, why }) => [name === "" ? "(no name)" : name, taken, why]),
    [null, null, whyWidth],
  );
  return [table, ...notes, ...adviceLines(advice), baseline].join("\n");
}
