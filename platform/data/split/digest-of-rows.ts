import { digestOf, type Digest } from "../../base/files";
import { canonicalText, hashOf } from "../values/canonical-text";
import { rowsWith, type LoadedData } from "./row-sides";
import type { SplitRule } from "./split-rule";

/**
 * A digest of the held-out rows of the split table `data`, or of those at `positions` among them by `_row`: the same for the same
 * rows in any order. A row is what its rule tells it from others by; where that is a side, a time or whose it is, which other rows may
 * share, it is all that the definition names.
 */
export async function digestOfRows(
  data: LoadedData,
  rule: SplitRule,
  positions?: readonly number[],
): Promise<Digest> {
  const { engine, definition } = data;
  const tellsRows = rule.by === "hash" && !rule.key.some(({ role }) => role === "group");
  const columns = tellsRows ? rule.key : definition.columns.map(({ name, type }) => ({ name, type }));
  const texts = columns.map((column) => canonicalText(column, engine.dialect));
  const rows = await rowsWith(data, columns);
  const keys: string[] = [];
  for await (const chunk of engine.chunks(
    `SELECT k FROM (SELECT _row, ${hashOf(texts)} AS k FROM ${rows}) AS keyed ` +
      "WHERE _row IN (SELECT _row FROM data WHERE _held_out) ORDER BY _row",
  )) {
    for (const { k } of chunk) keys.push(String(k));
  }
  const chosen = positions ? positions.map((position) => keys[position]) : keys;
  return digestOf(chosen.sort().join());
}
