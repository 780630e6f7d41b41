import { decideSplitRule, type SplitRule } from "../../platform/data/split-rule";
import { definitionDigest } from "../../platform/definition/definition-digest";
import type { Lineage } from "../../platform/model/model-directory";
import { readLineage } from "../../platform/model/model-directory";
import type { Champion } from "./champions";
import type { Workbench } from "./workbench";

type Data = Pick<Workbench, "definition" | "source">;

/** How rows are split for a new model: as they were for the champion, as far as the definition leaves it open. */
export async function decideSplit(
  { definition, source }: Data,
  champion: Pick<Champion, "directory"> | undefined,
): Promise<SplitRule> {
  const rule = champion && (await readLineage(champion.directory)).split;
  return decideSplitRule(definition, source.header, rule);
}

/**
 * How a model's rows were split, by its lineage. Where an earlier version of the program trained it by the definition as it
 * still is, that says it too; else nothing does.
 */
export function findSplit({ definition, source }: Data, lineage: Lineage): SplitRule | undefined {
  if (lineage.split !== undefined) return lineage.split;
  if (lineage.definitionDigest !== definitionDigest(definition)) return undefined;
  return decideSplitRule(definition, source.header);
}
