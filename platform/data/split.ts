import { PlatformError } from "../base/errors";
import { counted } from "../base/wording";
import { identifier, literal, type SqlEngine } from "../sql/engine";
import { isOfNumbers, sidesOfNumbers } from "./hashed-sides";
import { replaceTable } from "./source";
import { heldOutCondition, keyOf, rowsWith, sideNames, sidesIn, type LoadedData } from "./row-sides";
import { requireGroups, resolveSplit } from "./resolve-split";
import { splitRuleSchema, type SplitRule } from "./split-rule";

/** How many rows are on each side. */
interface Split {
  readonly training: number;
  readonly heldOut: number;
}

/**
 * Adds the column `_held_out` to the view `data`. By a rule of hashes a row's side depends on the seed and on its id (without
 * an id: on its values in the rule's columns) alone, so it stays when rows are added or sorted, on every engine. Equal rows are on
 * the same side: a held-out row that is also among the training rows would measure memory, not learning. Rows of one group are on
 * one side, and so are rows of one time.
 */
export async function splitData(data: LoadedData, decided: SplitRule): Promise<Split> {
  const { engine, source } = data;
  const rule = await resolveSplit(data, decided);
  const former = await findSplitText(engine);
  if (former !== textOf(rule)) {
    if (rule.by === "hash") await requireGroups(data, rule);
    if (rule.by === "column") requireSideColumn(source.header, rule.column);
    const rows = await rowsWith(data, keyOf(rule));
    if (rule.by === "column") await requireSideNames(engine, rows, rule.column);
    await putOnSides(engine, rule, { rows, isFirst: former === undefined });
  }
  const [row] = await engine.rows(
    "SELECT count(*) AS n, count(CASE WHEN CAST(_held_out AS BOOLEAN) THEN 1 END) AS held_out FROM sides",
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

/** The rule by which the table is split already, as text. */
async function findSplitText(engine: SqlEngine): Promise<string | undefined> {
  await engine.run("CREATE TABLE IF NOT EXISTS split_rules (rule STRING)", { changes: false });
  const [split] = await engine.rows("SELECT rule FROM split_rules");
  return split === undefined ? undefined : String(split.rule);
}

/** The same for the same rule, whether it was decided or read. */
function textOf(rule: SplitRule): string {
  return JSON.stringify(splitRuleSchema.parse(rule));
}

/** Makes the table `sides`, whose rows are those of the table `loaded` in their order, and the view `data` of both. */
async function putOnSides(
  engine: SqlEngine,
  rule: SplitRule,
  { rows, isFirst }: { readonly rows: string; readonly isFirst: boolean },
): Promise<void> {
  const { dialect } = engine;
  // A first split adds a column, and what was read of the others is what it was.
  const changes = { changes: !isFirst };
  await engine.run("DELETE FROM split_rules", changes);
  // Most often the rule's columns are among the definition's, and there is nothing to join.
  if (rows !== "data") {
    await replaceTable(
      engine,
      "sides",
      `SELECT s._held_out FROM loaded d JOIN (${sidesIn(rows, rule, dialect)}) AS s ON d._row = s._row ORDER BY d._row`,
      changes,
    );
  } else if (isOfNumbers(rule))
    await engine.fill("sides", ["_held_out"], sidesOfNumbers(engine, rule), changes);
  else
    await replaceTable(
      engine,
      "sides",
      `SELECT ${heldOutCondition(rule, dialect)} AS _held_out FROM loaded`,
      changes,
    );
  const sides = "(SELECT CAST(_held_out AS BOOLEAN) AS _held_out FROM sides) AS sides";
  await engine.run(`CREATE OR REPLACE VIEW data AS ${dialect.besideEachOther("loaded", sides)}`, changes);
  await engine.run(`INSERT INTO split_rules VALUES (${literal(textOf(rule))})`, changes);
}

function remedyOf(rule: SplitRule): string {
  if (rule.by === "column")
    return `mark some as "${sideNames.heldOut}" and some as "${sideNames.training}" in "${rule.column}", or name another split.column`;
  if (rule.by === "time")
    return `add rows of other times, or change split.testFraction (${rule.testFraction}) or split.time ("${rule.column}")`;
  const group = rule.key.find(({ role }) => role === "group");
  const rows = group ? `rows of others in "${group.name}"` : "rows that differ";
  return `add ${rows}, or change split.testFraction (${rule.testFraction}) or split.seed (${rule.seed})`;
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
