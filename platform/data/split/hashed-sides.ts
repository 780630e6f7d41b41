import { blockRows } from "../../sql/block-store";
import { identifier, type SqlEngine } from "../../sql/engine";
import { hashNumbers } from "../../sql/row-hash";
import { hashLimit } from "./row-sides";
import { isStoredAsNumber } from "../values/typed-columns";
import type { HashRule, SplitRule } from "./split-rule";

/** A rule that is told from numbers alone. */
export type NumberRule = HashRule & { readonly hash: "binary" };

/** Whether a rule is told from the numbers of its key alone, so that blocks of them are all that it takes. */
export function isOfNumbers(rule: SplitRule): rule is NumberRule {
  return (
    rule.by === "hash" &&
    rule.hash === "binary" &&
    rule.strata === undefined &&
    rule.moved === undefined &&
    rule.key.every(isStoredAsNumber)
  );
}

/** For each row of the table `data`, which has the columns of the rule, 1 where it is held out and 0 where it is not: what `heldOutCondition` says in SQL. */
export async function* sidesOfNumbers(
  engine: SqlEngine,
  rule: NumberRule,
): AsyncGenerator<readonly Float64Array[]> {
  const limit = hashLimit(rule);
  const names = rule.key.map(({ name }) => identifier(name));
  const seeds = new Float64Array(blockRows).fill(rule.seed);
  const [hashes, sides] = [new Uint32Array(2 * blockRows), new Float64Array(blockRows)];
  for await (const block of engine.blocks(names, "data", { again: true })) {
    const rows = block[0]?.length ?? 0;
    const words = hashNumbers([seeds.subarray(0, rows), ...block], hashes);
    for (let row = 0; row < rows; row++) sides[row] = (words[2 * row + 1] ?? 0) < limit ? 1 : 0;
    yield [sides.subarray(0, rows)];
  }
}
