import { describeSplitRule, type SplitRule } from "../../platform/data/split/split-rule";
import type { CardFacts } from "./card-facts";

/** What decided which rows are held out, in words that name no personal column; undefined where it is not known. */
export function cardSplit({ definition, lineage: { split } }: CardFacts): string | undefined {
  if (split === undefined) return undefined;
  const personal = new Set(
    definition.columns.flatMap(({ name, personal: is }) => (is === true ? [name] : [])),
  );
  const shown = (name: string): string => (personal.has(name) ? "(personal)" : name);
  const rule: SplitRule =
    split.by === "hash"
      ? { ...split, key: split.key.map((column) => ({ ...column, name: shown(column.name) })) }
      : { ...split, column: shown(split.column) };
  return describeSplitRule(rule);
}
