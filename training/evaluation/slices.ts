import type { GateRule } from "../../platform/definition/definition";
import type { SliceGroups } from "../../platform/gate/promotion-slices";
import { identifier, type SqlEngine } from "../../platform/sql/engine";
import { rowsOf } from "./score-rows";
import { double } from "../preprocessing/sql";

/** Names of the groups that rising cut points make: "<= 50", "50 < x <= 60", "> 60". */
export function groupNames(at: readonly number[]): string[] {
  return [`<= ${at[0]}`, ...at.slice(1).map((cut, index) => `${at[index]} < x <= ${cut}`), `> ${at.at(-1)}`];
}

/** SQL expression of a row's group in a slice; NULL (in no group) when the value is missing. */
function groupSql({ column, at }: Slice): string {
  const value = identifier(column);
  if (!at) return `CAST(${value} AS STRING)`;
  const names = groupNames(at);
  const cases = at.map((cut, index) => `WHEN ${value} <= ${double(cut)} THEN '${names[index]}'`);
  return `CASE WHEN ${value} IS NULL THEN NULL ${cases.join(" ")} ELSE '${names.at(-1)}' END`;
}

/** A column that makes groups of rows: of a number by cut points. */
export type Slice = Pick<GateRule["slices"][number], "column" | "at">;

/** The group of each held-out row, by `_row`, for every slice. */
export async function sliceGroups(engine: SqlEngine, slices: readonly Slice[]): Promise<SliceGroups[]> {
  if (slices.length === 0) return [];
  const selected = slices.map((slice, index) => `${groupSql(slice)} AS g${index}`);
  const groups = slices.map((): (string | undefined)[] => []);
  for await (const rows of engine.chunks(
    `SELECT ${selected.join(", ")} FROM ${rowsOf("held-out")} ORDER BY _row`,
  )) {
    for (const row of rows) {
      groups.forEach((labels, index) => {
        const label = row[`g${index}`];
        labels.push(typeof label === "string" ? label : undefined);
      });
    }
  }
  return slices.map(({ column }, index) => ({ column, groups: groups[index] ?? [] }));
}
