import Table from "cli-table3";

/** A table for a terminal, without colours, as it may end in a log. A column with a width wraps; the others fit. */
export function formatTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  widths: readonly (number | null)[] = [],
): string {
  const table = new Table({
    head: [...head],
    colWidths: [...widths],
    style: { head: [], border: [] },
    wordWrap: true,
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}
