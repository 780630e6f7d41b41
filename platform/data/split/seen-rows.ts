import type { Digest } from "../../base/files";
import { compareWithFormer, findCorrected, rowSet, type FormerData } from "./former-rows";
import { keyOf, rowsWith, sidesIn, type LoadedData } from "./row-sides";
import type { DataSource } from "../source";
import { isByIdentity, type SplitRule } from "./split-rule";

/** What a model was trained on, as far as that is known. */
export interface TrainedOn {
  readonly digest: Digest;
  /** Absent for a model whose lineage does not say it. */
  readonly rule?: SplitRule | undefined;
  /** Absent when no version of the data is kept. */
  readonly data?: FormerData | undefined;
}

/** How the rows that a model was trained on are told from others; the later ways know less. */
type Telling = "by-rule" | "by-content" | "by-rule-unless-corrected" | "not-at-all";

/**
 * Its rule alone tells them when it goes by an id, or when the data is the same. Otherwise a row without an id may have been
 * corrected and then looks like another, so its former data is compared with; where that is not kept, corrections stay unseen.
 */
export function howToTell(
  { digest, rule, isKept }: Pick<TrainedOn, "digest" | "rule"> & { readonly isKept: boolean },
  now: Pick<DataSource, "digest" | "header">,
): Telling {
  if (rule === undefined) return "not-at-all";
  const applies = keyOf(rule).every(({ name }) => now.header.includes(name));
  // When a row was made, as whose it is, is not corrected like a value.
  const isLasting = rule.by === "time" || (rule.by === "hash" && isByIdentity(rule));
  if (applies && (isLasting || digest === now.digest)) return "by-rule";
  if (isKept) return "by-content";
  return applies ? "by-rule-unless-corrected" : "not-at-all";
}

/** The held-out rows of the split table `data`, by `_row`: whether a model has certainly not been trained on them. */
interface Unseen {
  readonly unseen: readonly boolean[];
  readonly telling: Telling;
}

export async function findUnseenRows(data: LoadedData, trainedOn: TrainedOn): Promise<Unseen> {
  const telling = howToTell({ ...trainedOn, isKept: trainedOn.data !== undefined }, data.source);
  const unseen = await unseenRows(data, trainedOn, telling);
  const heldOut = await data.engine.rows("SELECT _row FROM data WHERE _held_out ORDER BY _row");
  return { telling, unseen: heldOut.map(({ _row }) => unseen.has(Number(_row))) };
}

async function unseenRows(
  data: LoadedData,
  { rule, data: former }: TrainedOn,
  telling: Telling,
): Promise<ReadonlySet<number>> {
  if (telling === "not-at-all" || rule === undefined) return new Set();
  if (telling === "by-content" && former) return unseenByContent(data, rule, former);
  const sides = sidesIn(await rowsWith(data, keyOf(rule)), rule, data.engine.dialect);
  return rowSet(data.engine, `SELECT _row FROM (${sides}) AS sides WHERE _held_out`);
}

/**
 * A row was trained on when it is the same as a training row, or when it is new, a training row is gone, and the two are the same
 * but for one cell: then it is that row, corrected.
 */
async function unseenByContent(
  data: LoadedData,
  rule: SplitRule,
  former: FormerData,
): Promise<ReadonlySet<number>> {
  const { engine } = data;
  const columns = await compareWithFormer(data, rule, former);
  if (columns === 0) return new Set();
  const unseen = await rowSet(
    engine,
    `SELECT _row FROM present_rows WHERE ${isHeldOut} AND content NOT IN (SELECT content FROM former_rows WHERE NOT held_out)`,
  );
  const corrected = await findCorrected(engine, columns, { rows: isHeldOut, were: "NOT held_out" });
  for (const row of corrected) unseen.delete(row);
  return unseen;
}

const isHeldOut = "_row IN (SELECT _row FROM data WHERE _held_out)";
