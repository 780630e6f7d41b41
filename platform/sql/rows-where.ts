/** Some rows of a relation. */
interface RowsWhere {
  readonly relation: string;
  readonly condition: string;
}

const before = "(SELECT * FROM ";
const between = " WHERE ";
const after = ") AS rows_where";

/**
 * The rows of a relation (its name) that meet a condition, as what follows FROM. Their blocks are picked from those of the
 * relation, which are read once for all conditions.
 */
export function rowsWhere(relation: string, condition: string): string {
  return `${before}${relation}${between}${condition}${after}`;
}

/** What `rowsWhere` was given; undefined of any other relation. */
export function findRowsWhere(from: string): RowsWhere | undefined {
  if (!from.startsWith(before) || !from.endsWith(after)) return undefined;
  const [relation = "", ...condition] = from.slice(before.length, -after.length).split(between);
  return /^\w+$/.test(relation) && condition.length > 0
    ? { relation, condition: condition.join(between) }
    : undefined;
}
