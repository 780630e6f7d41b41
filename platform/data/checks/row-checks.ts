import type { ModelDefinition } from "../../definition/definition";
import type { Finding } from "../findings";
import type { SqlEngine } from "../../sql/engine";
import { DistinctBound } from "../../sql/distinct-bound";
import { hashNumbers } from "../../sql/row-hash";
import { identifier } from "../../sql/engine";
import { counted, percent } from "../../base/wording";
import { isStoredAsNumber } from "../values/typed-columns";

/** Whether there are enough rows. */
export function checkRowCount(definition: ModelDefinition, rows: number): Finding[] {
  const { minRows } = definition.checks;
  if (rows >= minRows) return [];
  const message = `The data has ${counted(rows, "row")}. At least ${minRows} are needed (checks.minRows); add rows.`;
  return [{ severity: "error", check: "rows", message, count: rows }];
}

/**
 * Repeated ids or, in a table without ids, repeated rows. Where there are ids they say that two rows are two
 * observations, however alike they look, and an id that occurs twice is an error.
 */
export async function checkDuplicates(
  engine: SqlEngine,
  definition: ModelDefinition,
  rows: number,
): Promise<Finding[]> {
  const id = definition.columns.find(({ role }) => role === "id");
  const columns = (id ? [id] : definition.columns).map(({ name }) => identifier(name));
  const { maxDuplicates } = definition.checks;
  const allowed = id ? 0 : maxDuplicates * rows;
  const numbers = definition.columns.filter(isStoredAsNumber);
  const names = numbers.map(({ name }) => identifier(name));
  if (allowed >= rows || (!id && (await maxRepeats(engine, names, rows)) <= allowed)) return [];
  // Rows that differ may share a hash, but no two that are equal differ in it: there are as many repeats at most.
  const ofHash = { columns: [engine.dialect.quickHash(columns)], where: wherePresent(columns) };
  if ((await countRepeats(engine, ofHash)) <= allowed) return [];
  const count = await countRepeats(engine, { columns, where: wherePresent(columns) });
  if (count <= allowed) return [];
  const message = id
    ? `Column "${id.name}" repeats an earlier id in ${counted(count, "row")}. Each row has an id of its own; remove the repeated rows.`
    : `${percent(count / rows)} of the rows (${count} of ${rows}) repeat an earlier row. At most ${percent(maxDuplicates)} may (checks.maxDuplicates); remove the repeated rows.`;
  const examples = await findRepeats(engine, columns);
  return [
    { severity: "error", check: "duplicates", ...(id && { column: id.name }), message, count, examples },
  ];
}

/** How many rows may repeat an earlier one, at most: those whose numbers may. */
async function maxRepeats(engine: SqlEngine, numbers: readonly string[], rows: number): Promise<number> {
  if (numbers.length === 0) return rows;
  const bound = new DistinctBound(rows);
  for await (const block of engine.blocks(numbers, "data", { again: true })) {
    const words = hashNumbers(block);
    for (let word = 0; word < words.length; word += 2) bound.add(words[word] ?? 0);
  }
  return rows - bound.distinct;
}

/** Rows that are equal to an earlier one in the given columns; an id that is missing repeats nothing. */
async function countRepeats(
  engine: SqlEngine,
  { columns, where }: { readonly columns: readonly string[]; readonly where: string },
): Promise<number> {
  const [row] = await engine.rows(
    `SELECT sum(n - 1) AS repeats FROM (SELECT count(*) AS n FROM data ${where} GROUP BY ${columns.join(", ")}) AS equal_rows`,
  );
  return Number(row?.repeats ?? 0);
}

async function findRepeats(
  engine: SqlEngine,
  columns: readonly string[],
): Promise<NonNullable<Finding["examples"]>> {
  const rows = await engine.rows(
    `SELECT _row, first_row FROM (SELECT _row, min(_row) OVER (PARTITION BY ${columns.join(", ")}) AS first_row ` +
      `FROM data ${wherePresent(columns)}) AS marked WHERE _row > first_row ORDER BY _row LIMIT 5`,
  );
  return rows.map((row) => ({ row: Number(row._row), value: `same as row ${Number(row.first_row)}` }));
}

function wherePresent(columns: readonly string[]): string {
  return columns.length === 1 ? `WHERE ${columns[0]} IS NOT NULL` : "";
}
