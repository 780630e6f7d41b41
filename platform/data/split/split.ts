import { PlatformError } from "../../base/errors";
import { counted } from "../../base/wording";
import { identifier, isEmbedded, literal, type EmbeddedEngine, type SqlEngine } from "../../sql/engine";
import { rowsWhere } from "../../sql/rows-where";
import { isOfNumbers, sidesOfNumbers, type NumberRule } from "./hashed-sides";
import { replaceTable } from "../source";
import { isStoredAsNumber } from "../values/typed-columns";
import { heldOutCondition, keyOf, rowsWith, sideNames, sidesIn, type LoadedData } from "./row-sides";
import { requireGroups, resolveSplit } from "./resolve-split";
import { splitRuleSchema, type SplitRule } from "./split-rule";

const [notHeldOut, isHeldOut] = [rowsWhere("data", "NOT _held_out"), rowsWhere("data", "_held_out")];

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
    await putOnSides(data, rule, { rows, isFirst: former === undefined });
  }
  const [training, heldOut] = [await engine.count(notHeldOut), await engine.count(isHeldOut)];
  const counts = { training, heldOut };
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

/** Makes the table `sides`, and the view `data` with what it says. */
async function putOnSides(
  { engine, definition }: LoadedData,
  rule: SplitRule,
  { rows, isFirst }: { readonly rows: string; readonly isFirst: boolean },
): Promise<void> {
  // A first split adds a column, and what was read of the others is what it was.
  const changes = { changes: !isFirst };
  await engine.run("DROP TABLE IF EXISTS split_rules", changes);
  const view = isEmbedded(engine)
    ? await sidesBeside(engine, rule, { rows, changes, definition })
    : await sidesWithRows(engine, rule, { rows, changes });
  await engine.run(engine.dialect.createView("data", view), changes);
  if (isEmbedded(engine) && areFilled(rule, rows)) engine.shareBlocks(filledSides, "data");
  await replaceTable(engine, "split_rules", `SELECT ${literal(textOf(rule))} AS rule`, changes);
}

interface SidesToMake {
  readonly rows: string;
  readonly changes: { readonly changes: boolean };
}

const filledSides = "filled_sides";

/** Whether sides are told from blocks of the numbers of `data`. */
function areFilled(rule: SplitRule, rows: string): rule is NumberRule {
  return rows === "data" && isOfNumbers(rule);
}

/** Makes the table of sides by themselves, in the order of the table `loaded`; gives a SELECT of both. */
async function sidesBeside(
  engine: EmbeddedEngine,
  rule: SplitRule,
  { rows, changes, definition }: SidesToMake & Pick<LoadedData, "definition">,
): Promise<string> {
  const { dialect } = engine;
  let sides = `SELECT ${heldOutCondition(rule, dialect)} AS _held_out FROM loaded`;
  // Most often the rule's columns are among the definition's, and there is nothing to join.
  if (rows !== "data") {
    const found = sidesIn(rows, rule, dialect);
    sides = `SELECT s._held_out FROM loaded d JOIN (${found}) AS s ON d._row = s._row ORDER BY d._row`;
  } else if (areFilled(rule, rows)) {
    await engine.fill(filledSides, ["_held_out"], sidesOfNumbers(engine, rule), changes);
    if (definition.columns.every(isStoredAsNumber)) {
      // Then next to nothing is asked of the engine.
      const truths = `(SELECT CAST(_held_out AS BOOLEAN) AS _held_out FROM ${filledSides}) AS sides`;
      return engine.besideEachOther("loaded", truths);
    }
    await engine.tabulate(filledSides, "_held_out", { table: "sides", ...changes });
    return engine.besideEachOther("loaded", "sides");
  }
  await replaceTable(engine, "sides", sides, changes);
  return engine.besideEachOther("loaded", "sides");
}

/** Makes a table of the rows with their sides, as rows elsewhere have no order by which sides could lie beside them. */
async function sidesWithRows(
  engine: SqlEngine,
  rule: SplitRule,
  { rows, changes }: SidesToMake,
): Promise<string> {
  const { dialect } = engine;
  const query =
    rows === "data"
      ? `SELECT loaded.*, ${heldOutCondition(rule, dialect)} AS _held_out FROM loaded`
      : `SELECT d.*, s._held_out FROM loaded d JOIN (${sidesIn(rows, rule, dialect)}) AS s ON d._row = s._row`;
  await replaceTable(engine, "sides", query, changes);
  return "SELECT * FROM sides";
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
