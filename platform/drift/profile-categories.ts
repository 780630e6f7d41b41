import { identifier, literal, type SqlEngine, type SqlRow } from "../sql/engine";
import { maxCategoryValues, maxSeenValues, type CategoryProfile } from "./profile";

interface CategoryColumn {
  readonly name: string;
  /** Of the table, missing values among them. */
  readonly rows: number;
}

/** A column's values with how often they occur, as a subquery with the columns v and n. */
function countedValues(from: string, name: string): string {
  const column = identifier(name);
  return `(SELECT CAST(${column} AS STRING) AS v, count(*) AS n FROM ${from} WHERE ${column} IS NOT NULL GROUP BY 1) AS counted`;
}

const textOf = ({ v }: SqlRow): string => String(v);
const timesOf = ({ n }: SqlRow): number => Number(n);
const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

/** Occurrences of a column's values: the most frequent by name, further ones by name alone. */
export async function profileCategories(
  engine: SqlEngine,
  from: string,
  { name, rows }: CategoryColumn,
): Promise<CategoryProfile> {
  const found = await engine.rows(
    `SELECT v, n, sum(n) OVER () AS present FROM ${countedValues(from, name)} ORDER BY n DESC, v LIMIT ${maxSeenValues}`,
  );
  const [named, further] = [found.slice(0, maxCategoryValues), found.slice(maxCategoryValues)];
  const count = Number(found[0]?.present ?? 0);
  const other = count - sumOf(named.map(timesOf));
  // Left out once, a value that occurs once would be new, as would one that is not among the names.
  const again = sumOf(further.map(timesOf).filter((times) => times > 1));
  return {
    type: "category",
    count,
    missing: rows - count,
    values: Object.fromEntries(named.map((row) => [textOf(row), timesOf(row)])),
    other,
    ...(other > 0 && { seen: further.map(textOf), unseen: other - again }),
  };
}

/** Occurrences of a column's values: those of the reference first, then the most frequent. */
export async function countCategories(
  engine: SqlEngine,
  from: string,
  { name, rows, reference }: CategoryColumn & { readonly reference: CategoryProfile },
): Promise<CategoryProfile> {
  const known = Object.keys(reference.values);
  const knownFirst =
    known.length > 0 ? `CASE WHEN v IN (${known.map(literal).join(", ")}) THEN 0 ELSE 1 END, ` : "";
  const seen = reference.seen && [...known, ...reference.seen].map(literal).join(", ");
  const unseen =
    seen === undefined ? "" : `, sum(CASE WHEN v IN (${seen}) THEN 0 ELSE n END) OVER () AS unseen`;
  const found = await engine.rows(
    `SELECT v, n, sum(n) OVER () AS present${unseen} FROM ${countedValues(from, name)}
     ORDER BY ${knownFirst}n DESC, v LIMIT ${known.length + maxCategoryValues}`,
  );
  const isKnown = new Set(known);
  const knownRows = found.filter((row) => isKnown.has(textOf(row)));
  const otherRows = found.filter((row) => !isKnown.has(textOf(row))).slice(0, maxCategoryValues);
  const values = [...knownRows, ...otherRows].map((row): [string, number] => [textOf(row), timesOf(row)]);
  const count = Number(found[0]?.present ?? 0);
  return {
    type: "category",
    count,
    missing: rows - count,
    values: Object.fromEntries(values),
    other: count - sumOf(values.map(([, times]) => times)),
    ...(reference.seen && { unseen: Number(found[0]?.unseen ?? 0) }),
  };
}
