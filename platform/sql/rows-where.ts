/** Some rows of a relation. */
export interface RowsWhere {
  readonly relation: string;
  readonly condition: string;
  /** Whether the condition is a column of truth values. */
  readonly isColumn: boolean;
  /** Whether they are the rows that meet the condition, or those that do not. */
  readonly isMet: boolean;
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
  const [relation = "", ...parts] = from.slice(before.length, -after.length).split(between);
  if (!/^\w+$/.test(relation) || parts.length === 0) return undefined;
  const condition = parts.join(between);
  // Both sides of a column are picked by the same numbers.
  const [, not, column] = /^(NOT )?(\w+)$/.exec(condition) ?? [];
  return {
    relation,
    condition: column ?? `(${condition})`,
    isColumn: column !== undefined,
    isMet: not === undefined,
  };
}
