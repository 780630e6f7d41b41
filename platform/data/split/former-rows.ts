import type { DataFormat } from "../../definition/definition";
import { identifier, type SqlEngine } from "../../sql/engine";
import { canonicalText, hashOf } from "../values/canonical-text";
import { heldOutCondition, keyOf, rowsWith, type LoadedData } from "./row-sides";
import { loadColumns, replaceTable, type DataSource } from "../source";
import type { KeyColumn, SplitRule } from "./split-rule";

/** Data that a model was trained on, as a file that can be read, with the types that its columns had. */
export interface FormerData extends Pick<DataSource, "file" | "digest" | "files"> {
  readonly columns: readonly KeyColumn[];
  /** How its values are written, where that is not as the definition says now. */
  readonly written?: DataFormat | undefined;
}

export async function rowSet(engine: SqlEngine, sql: string): Promise<Set<number>> {
  return new Set((await engine.rows(sql)).map(({ _row }) => Number(_row)));
}

/**
 * Makes the tables `present_rows` and `former_rows`, the latter with the side that the rule gave them: `content` is the same for
 * rows that are the same in the columns that both data have, and t0, t1, ... are these columns as text. Gives their number.
 */
export async function compareWithFormer(
  data: LoadedData,
  rule: SplitRule,
  former: FormerData,
): Promise<number> {
  const { engine, source } = data;
  const shared = former.columns.filter(({ name }) => source.header.includes(name));
  if (shared.length === 0) return 0;
  const texts = shared.map((column) => canonicalText(column, engine.dialect));
  const named = texts.map((text, index) => `${text} AS t${index}`).join(", ");
  const content = `${hashOf(texts)} AS content`;
  const needed = [...shared, ...keyOf(rule).filter(({ name }) => !shared.some((one) => one.name === name))];
  await loadColumns(engine, former, needed, {
    table: "former_columns",
    definition: { ...data.definition, format: former.written ?? data.definition.format },
  });
  await replaceTable(
    engine,
    "former_rows",
    `SELECT _row, ${heldOutCondition(rule, engine.dialect)} AS held_out, ${content}, ${named} ` +
      `FROM former_columns`,
  );
  await replaceTable(
    engine,
    "present_rows",
    `SELECT _row, ${content}, ${named} FROM ${await rowsWith(data, shared)}`,
  );
  return shared.length;
}

/** How many rows of the former data are there no more, as they were. */
export async function countGone(engine: SqlEngine): Promise<number> {
  const [row] = await engine.rows(
    "SELECT count(*) AS n FROM former_rows WHERE content NOT IN (SELECT content FROM present_rows)",
  );
  return Number(row?.n ?? 0);
}

/**
 * Rows among `rows` that are new, and the same but for one cell as a row that is gone, of those that `were` so: such a row is that
 * one, corrected. Both are conditions, `columns` what `compareWithFormer` gave.
 */
export async function findCorrected(
  engine: SqlEngine,
  columns: number,
  { rows, were }: { readonly rows: string; readonly were: string },
): Promise<Set<number>> {
  const found = new Set<number>();
  await replaceTable(
    engine,
    "new_rows",
    `SELECT * FROM present_rows WHERE ${rows} AND content NOT IN (SELECT content FROM former_rows)`,
  );
  await replaceTable(
    engine,
    "gone_rows",
    `SELECT * FROM former_rows WHERE ${were} AND content NOT IN (SELECT content FROM present_rows)`,
  );
  const [counts] = await engine.rows(
    "SELECT (SELECT count(*) FROM new_rows) * (SELECT count(*) FROM gone_rows) AS n",
  );
  // Of one column, all but one is nothing.
  if (columns < 2 || Number(counts?.n) === 0) return found;
  const names = Array.from({ length: columns }, (_, index) => identifier(`t${index}`));
  for (const corrected of names) {
    const others = hashOf(names.filter((name) => name !== corrected));
    const same = `SELECT _row FROM new_rows WHERE ${others} IN (SELECT ${others} FROM gone_rows)`;
    for (const row of await rowSet(engine, same)) found.add(row);
  }
  return found;
}
