/** One label per row ("<= 50", "female"); undefined = in no group. */
export type RowLabels = readonly (string | undefined)[];

/** Puts "<= 50" before "50 < x <= 60" before "> 60". */
function placeOf(label: string): number {
  return label.startsWith("<") ? -1 : label.startsWith(">") ? 1 : 0;
}

/** Positions of the rows of each label, in order of the labels. */
export function groupRows(labels: RowLabels): (readonly [label: string, rows: readonly number[]])[] {
  const rows = new Map<string, number[]>();
  labels.forEach((label, row) => {
    if (label === undefined) return;
    const group = rows.get(label);
    if (group) group.push(row);
    else rows.set(label, [row]);
  });
  return [...rows].sort(([a], [b]) => placeOf(a) - placeOf(b) || a.localeCompare(b, "en", { numeric: true }));
}
