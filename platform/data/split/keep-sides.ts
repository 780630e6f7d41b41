import { literal } from "../../sql/engine";
import { compareWithFormer, countGone, findCorrected, type FormerData } from "./former-rows";
import { heldOutCondition, keyText, rowsWith, type LoadedData } from "./row-sides";
import type { HashRule } from "./split-rule";

/** Rows whose sides are kept one by one; where more may have been corrected, rows go where their hash puts them. */
const maxMoved = 10_000;

/**
 * The rule by which rows that were corrected since the `former` data stay on their side: their hash is another now, so the rule
 * names those that it would move. What the rule named before it names still, as long as the data has such a row.
 */
export async function keepSides(
  data: LoadedData,
  rule: HashRule,
  former: FormerData | undefined,
): Promise<HashRule> {
  const { engine } = data;
  const moved = new Set(await presentKeys(data, rule));
  const carried = withMoved(rule, moved);
  const columns = former ? await compareWithFormer(data, rule, former) : 0;
  if (columns === 0 || (await countGone(engine)) > maxMoved) return carried;
  // What a model was trained on must not be held out: of two rows that it may have been, the training row counts.
  const training = await findCorrected(engine, columns, { rows: "TRUE", were: "NOT held_out" });
  const heldOut = await findCorrected(engine, columns, { rows: "TRUE", were: "held_out" });
  if (training.size + heldOut.size === 0) return carried;
  const now = await engine.rows(
    `SELECT _row, ${keyText(rule, engine.dialect)} AS k, ${heldOutCondition(carried, engine.dialect)} AS held_out ` +
      `FROM ${await rowsWith(data, rule.key)} WHERE _row IN (SELECT _row FROM new_rows)`,
  );
  for (const { _row, k, held_out: isHeldOut } of now) {
    const wasTraining = training.has(Number(_row));
    const wasHeldOut = !wasTraining && heldOut.has(Number(_row));
    if (isHeldOut ? !wasTraining : !wasHeldOut) continue;
    // It would go to the other side: it is named where it was not, and no longer where it was.
    const key = String(k);
    if (!moved.delete(key)) moved.add(key);
  }
  return moved.size > maxMoved ? carried : withMoved(rule, moved);
}

function withMoved(rule: HashRule, moved: ReadonlySet<string>): HashRule {
  const named = { ...rule, moved: [...moved].sort() };
  if (moved.size === 0) delete (named as Partial<typeof named>).moved;
  return named;
}

/** Those of the rule's named rows that the data has. */
async function presentKeys(data: LoadedData, rule: HashRule): Promise<string[]> {
  const { moved = [] } = rule;
  if (moved.length === 0) return [];
  const key = keyText(rule, data.engine.dialect);
  const rows = await data.engine.rows(
    `SELECT DISTINCT ${key} AS k FROM ${await rowsWith(data, rule.key)} WHERE ${key} IN (${moved.map(literal).join(", ")})`,
  );
  return rows.map(({ k }) => String(k));
}
