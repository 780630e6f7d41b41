import { keyOf, rowsWith, sideHash, timeValue } from "../../platform/data/split/row-sides";
import { replaceTable } from "../../platform/data/source";
import type { HashRule, SplitRule } from "../../platform/data/split/split-rule";
import { targetOf } from "../../platform/definition/definition";
import { PlatformError } from "../../platform/base/errors";
import { identifier } from "../../platform/sql/engine";
import { rowsWhere } from "../../platform/sql/rows-where";
import type { Workbench } from "./workbench";

/** How the training rows are parted to be trained on and measured in turn. */
export interface Folds {
  readonly count: number;
  /** Parts of the training rows that have no row in common, as what follows FROM. */
  readonly pieces: readonly string[];
  /** Positions of the pieces that a fold is trained on, and of the one that it is measured on. */
  piecesOf(fold: number): { readonly training: readonly number[]; readonly validation: number };
  /** What a fold is trained on and measured on, as what follows FROM. */
  rows(fold: number, part: "training" | "validation"): string;
}

type FoldedData = Pick<Workbench, "engine" | "definition"> & {
  readonly source: Pick<Workbench["source"], "file" | "digest" | "files" | "header">;
};

interface FoldOptions {
  readonly count: number;
  readonly seed: number;
  /** Which rows are parted, as what follows FROM: the training rows, unless said otherwise. */
  readonly within?: string;
  /** The table that is made. */
  readonly table?: string;
}

/** The hash by which folds are made has to say nothing of the one that held rows out. */
const foldSeed = 1_000_003;

/**
 * Parts the training rows of the split table `data` into `count` folds as the split rule parts rows: all rows of a group, and equal
 * rows, in one fold; by time, each fold is measured by a model of all rows before it; otherwise each class of a
 * classification alike. Folds are the same for the same rows, rule and seed. Makes the table that is named.
 */
export async function makeFolds(
  workbench: FoldedData,
  rule: SplitRule,
  { count, seed, within = "data WHERE NOT _held_out", table = "folds" }: FoldOptions,
): Promise<Folds> {
  const { engine } = workbench;
  const isForward = rule.by === "time";
  const { from, fold } = isForward
    ? { from: await rowsWith(workbench, keyOf(rule)), fold: blockOf(workbench, rule, count) }
    : await hashedFold(workbench, rule, { count, seed });
  // Held-out rows are in no fold, and have no say in where the others are.
  await replaceTable(
    engine,
    table,
    `SELECT _row, ${fold} AS fold FROM ${from} WHERE _row IN (SELECT _row FROM ${within})`,
  );
  const rowsOf = (pieces: readonly number[]): string =>
    rowsWhere("data", `_row IN (SELECT _row FROM ${table} WHERE fold IN (${pieces.join(", ")}))`);
  const all = Array.from({ length: count + (isForward ? 1 : 0) }, (_, index) => index);
  const piecesOf: Folds["piecesOf"] = (index) =>
    isForward
      ? { training: all.slice(0, index + 1), validation: index + 1 }
      : { training: all.filter((piece) => piece !== index), validation: index };
  const folds: Folds = {
    count,
    pieces: all.map((piece) => rowsOf([piece])),
    piecesOf,
    rows(index, part) {
      const { training, validation } = piecesOf(index);
      return rowsOf(part === "training" ? training : [validation]);
    },
  };
  await requireRows(workbench, folds);
  return folds;
}

/** Makes the folds that were asked for, or those of a part of the rows (what follows FROM), in tables of their own. */
export type FoldMaker = (part?: string) => Promise<Folds>;

export function foldMaker(
  workbench: FoldedData,
  rule: SplitRule,
  { table = "folds", ...options }: FoldOptions,
): FoldMaker {
  return (part) =>
    makeFolds(workbench, rule, {
      ...options,
      ...(part === undefined ? { table } : { within: part, table: `${table}_of_part` }),
    });
}

/** SQL for the block of a row by time, of one more than there are folds: the first is only trained on. */
function blockOf(
  { engine }: Pick<Workbench, "engine">,
  { column, from }: Extract<SplitRule, { by: "time" }>,
  count: number,
): string {
  const time = timeValue(column, from?.unit ?? "seconds", engine.dialect);
  // Rows of the same time have the same rank, so they are in one block.
  return `CAST(floor((rank() OVER (ORDER BY ${time}) - 1) * ${count + 1} / count(*) OVER ()) AS INTEGER)`;
}

/** SQL for the fold of a row by its hash, of equal size: rows with the same key are in one. */
async function hashedFold(
  workbench: FoldedData,
  rule: Exclude<SplitRule, { by: "time" }>,
  { count, seed }: { readonly count: number; readonly seed: number },
): Promise<{ readonly from: string; readonly fold: string }> {
  const { definition, engine } = workbench;
  const target = targetOf(definition);
  const key: HashRule["key"] =
    rule.by === "hash" ? rule.key : definition.columns.map(({ name, type }) => ({ name, type }));
  const hashed: HashRule = {
    by: "hash",
    seed: seed + foldSeed,
    testFraction: 0.5,
    key,
    ...(rule.by === "hash" && rule.hash && { hash: rule.hash }),
  };
  const isOfGroup = key.some(({ role }) => role === "group");
  const byClass = definition.task === "classification" && !isOfGroup;
  const partition = byClass ? `PARTITION BY ${identifier(target.name)} ` : "";
  const hasTarget = key.some(({ name }) => name === target.name);
  const columns = byClass && !hasTarget ? [...key, { name: target.name, type: target.type }] : key;
  const hash = sideHash(hashed, engine.dialect);
  return {
    from: await rowsWith(workbench, columns),
    fold: `CAST((dense_rank() OVER (${partition}ORDER BY ${hash}) - 1) % ${count} AS INTEGER)`,
  };
}

/** A fold without rows would be measured as nothing. */
async function requireRows({ engine }: Pick<Workbench, "engine">, folds: Folds): Promise<void> {
  for (let fold = 0; fold < folds.count; fold++) {
    for (const part of ["training", "validation"] as const) {
      if ((await engine.count(folds.rows(fold, part))) > 0) continue;
      throw new PlatformError(
        "DATA_INVALID",
        `The training rows cannot be parted into ${folds.count} folds: one would have no ${part} rows. ` +
          "Each fold needs rows, and rows of one group or time stay together. Use fewer folds (--folds), or give more data.",
      );
    }
  }
}
