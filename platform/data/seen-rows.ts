import type { Digest } from "../base/files";
import { identifier, type SqlEngine } from "../sql/engine";
import { canonicalText } from "./canonical-text";
import { heldOutCondition, keyOf, rowsWith, sidesIn, typedRows, type LoadedData } from "./row-sides";
import { loadColumns, type DataSource } from "./source";
import { columnsOf, type KeyColumn, type SplitRule } from "./split-rule";

/** Data that a model was trained on, as a file that can be read, with the types that its columns had. */
export interface FormerData extends Pick<DataSource, "file" | "digest" | "files"> {
  readonly columns: readonly KeyColumn[];
}

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
  const applies = columnsOf(rule).every((name) => now.header.includes(name));
  const byId = rule.by === "hash" && rule.key.some(({ role }) => role === "id");
  if (applies && (byId || digest === now.digest)) return "by-rule";
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

async function rowSet(engine: SqlEngine, sql: string): Promise<Set<number>> {
  return new Set((await engine.rows(sql)).map(({ _row }) => Number(_row)));
}

/**
 * Compares rows by the columns that both data have. A row was trained on when it is the same as a training row, or when it is new,
 * a training row is gone, and the two are the same but for one cell: then it is that row, corrected.
 */
async function unseenByContent(
  data: LoadedData,
  rule: SplitRule,
  former: FormerData,
): Promise<ReadonlySet<number>> {
  const { engine, source } = data;
  const shared = former.columns.filter(({ name }) => source.header.includes(name));
  if (shared.length === 0) return new Set();
  const texts = shared.map((column) => canonicalText(column, engine.dialect));
  const named = texts.map((text, index) => `${text} AS t${index}`).join(", ");
  const content = `md5(concat_ws('|', ${texts.join(", ")})) AS content`;
  const needed = [...shared, ...keyOf(rule).filter(({ name }) => !shared.some((one) => one.name === name))];
  await loadColumns(
    engine,
    former,
    needed.map(({ name }) => name),
    "former_text",
  );
  const trained = `NOT (${heldOutCondition(rule, engine.dialect)}) AS trained`;
  await replaceTable(
    engine,
    "former_rows",
    `SELECT _row, ${trained}, ${content}, ${named} FROM (${typedRows(engine, needed, "former_text")}) AS rows_before`,
  );
  await replaceTable(
    engine,
    "present_rows",
    `SELECT _row, ${content}, ${named} FROM ${await rowsWith(data, shared)}`,
  );
  const heldOut = "_row IN (SELECT _row FROM data WHERE _held_out)";
  const unseen = await rowSet(
    engine,
    `SELECT _row FROM present_rows WHERE ${heldOut} AND content NOT IN (SELECT content FROM former_rows WHERE trained)`,
  );
  await replaceTable(
    engine,
    "new_rows",
    `SELECT * FROM present_rows WHERE ${heldOut} AND content NOT IN (SELECT content FROM former_rows)`,
  );
  await replaceTable(
    engine,
    "gone_rows",
    "SELECT * FROM former_rows WHERE trained AND content NOT IN (SELECT content FROM present_rows)",
  );
  for (const row of await correctedRows(engine, shared.length)) unseen.delete(row);
  return unseen;
}

async function replaceTable(engine: SqlEngine, table: string, query: string): Promise<void> {
  await engine.run(`DROP TABLE IF EXISTS ${table}`);
  await engine.run(`CREATE TABLE ${table} AS ${query}`);
}

/** New rows that are a row that is gone, but for one of their `columns` cells. */
async function correctedRows(engine: SqlEngine, columns: number): Promise<Set<number>> {
  const found = new Set<number>();
  const [counts] = await engine.rows(
    "SELECT (SELECT count(*) FROM new_rows) * (SELECT count(*) FROM gone_rows) AS n",
  );
  if (columns < 2 || Number(counts?.n) === 0) return found;
  const names = Array.from({ length: columns }, (_, index) => identifier(`t${index}`));
  for (const corrected of names) {
    const others = `md5(concat_ws('|', ${names.filter((name) => name !== corrected).join(", ")}))`;
    const same = `SELECT _row FROM new_rows WHERE ${others} IN (SELECT ${others} FROM gone_rows)`;
    for (const row of await rowSet(engine, same)) found.add(row);
  }
  return found;
}
