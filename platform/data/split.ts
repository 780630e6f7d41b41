import { PlatformError } from "../base/errors";
import { counted } from "../base/wording";
import { identifier, literal, type SqlEngine } from "../sql/engine";
import { heldOutCondition, keyOf, rowsWith, sideNames, sidesIn, type LoadedData } from "./row-sides";
import type { SplitRule } from "./split-rule";

/** How many rows are on each side. */
interface Split {
  readonly training: number;
  readonly heldOut: number;
}

/**
 * Adds the column `_held_out` to the table `data`. By a rule of hashes a row's side depends on the seed and on its id (without
 * an id: on its values in the rule's columns) alone, so it stays when rows are added or sorted, on every engine. Equal rows are on
 * the same side: a held-out row that is also among the training rows would measure memory, not learning.
 */
export async function splitData(data: LoadedData, rule: SplitRule): Promise<Split> {
  const { engine, definition, source } = data;
  if (rule.by === "column") requireSideColumn(source.header, rule.column);
  const columns = definition.columns.map(({ name }) => `d.${identifier(name)}`).join(", ");
  const rows = await rowsWith(data, keyOf(rule));
  if (rule.by === "column") await requireSideNames(engine, rows, rule.column);
  // Most often the rule's columns are among the definition's, and there is nothing to join.
  const split =
    rows === "data"
      ? `SELECT d._row, ${columns}, ${heldOutCondition(rule, engine.dialect)} AS _held_out FROM data d`
      : `SELECT d._row, ${columns}, s._held_out FROM data d JOIN (${sidesIn(rows, rule, engine.dialect)}) AS s ON d._row = s._row ORDER BY d._row`;
  await engine.run("DROP TABLE IF EXISTS split_data");
  await engine.run(`CREATE TABLE split_data AS ${split}`);
  await engine.run("DROP TABLE data");
  await engine.run("ALTER TABLE split_data RENAME TO data");
  const [row] = await engine.rows(
    "SELECT count(*) AS n, count(CASE WHEN _held_out THEN 1 END) AS held_out FROM data",
  );
  const heldOut = Number(row?.held_out ?? 0);
  const counts = { training: Number(row?.n ?? 0) - heldOut, heldOut };
  if (counts.training > 0 && counts.heldOut > 0) return counts;
  throw new PlatformError(
    "DATA_INVALID",
    `All ${counts.training + counts.heldOut} rows are on the ${heldOut > 0 ? "held-out" : "training"} side of the split. Both sides need rows; ` +
      `${remedyOf(rule)} in the definition.`,
  );
}

function remedyOf(rule: SplitRule): string {
  return rule.by === "column"
    ? `mark some as "${sideNames.heldOut}" and some as "${sideNames.training}" in "${rule.column}", or name another split.column`
    : `add rows that differ, or change split.testFraction (${rule.testFraction}) or split.seed (${rule.seed})`;
}

function requireSideColumn(header: readonly string[], column: string): void {
  if (header.includes(column)) return;
  throw new PlatformError(
    "DATA_INVALID",
    `Column "${column}", which split.column names, is missing. The file needs it; add it, or leave split.column out.`,
  );
}

/** A value that is neither side would be trained on without a word. */
async function requireSideNames(engine: SqlEngine, rows: string, column: string): Promise<void> {
  const value = identifier(column);
  const names = Object.values(sideNames);
  const [row] = await engine.rows(
    `SELECT count(*) AS n, min(_row) AS first_row FROM ${rows} ` +
      `WHERE ${value} IS NULL OR ${value} NOT IN (${names.map(literal).join(", ")})`,
  );
  const others = Number(row?.n ?? 0);
  if (others === 0) return;
  throw new PlatformError(
    "DATA_INVALID",
    `Column "${column}", which splits the data, has something else than ${names.map((name) => `"${name}"`).join(" or ")} in ` +
      `${counted(others, "row")}, first in row ${Number(row?.first_row)}. Correct the values, or name another column with split.column.`,
  );
}
