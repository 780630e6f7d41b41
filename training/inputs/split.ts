import { keepSides } from "../../platform/data/split/keep-sides";
import { resolveSplit } from "../../platform/data/split/resolve-split";
import {
  decideSplitRule,
  isByIdentity,
  isSameHash,
  withHash,
  type SplitRule,
} from "../../platform/data/split/split-rule";
import { definitionDigest } from "../../platform/definition/definition-digest";
import type { Lineage } from "../../platform/model/model-directory";
import { readLineage } from "../../platform/model/model-directory";
import type { Champion } from "./champions";
import { withFormerData, type FormerVersions } from "./former-data";
import type { Workbench } from "./workbench";

type Data = Pick<Workbench, "definition" | "source">;

/**
 * How rows are split for a new model: as they were for the champion, as far as the definition leaves it open. Rows that were
 * corrected since stay on their side, where the data that the champion was trained on is kept.
 */
export async function decideSplit(
  workbench: Workbench,
  champion: Pick<Champion, "directory"> | undefined,
  versions: FormerVersions | undefined,
): Promise<SplitRule> {
  const { definition, source } = workbench;
  const lineage = champion && (await readLineage(champion.directory));
  const former = lineage?.split;
  const decided = withHash(decideSplitRule(definition, source.header, former), source.rows, former);
  const isAnother = former?.by !== "hash" || decided.by !== "hash" || !isSameHash(decided, former);
  const rule = await resolveSplit(workbench, decided, isAnother ? undefined : former);
  // An id is the same through every correction, and so is whose rows they are.
  if (lineage === undefined || isAnother || rule.by !== "hash" || isByIdentity(rule)) return rule;
  if (lineage.data.digest === source.digest) return former;
  const carried = { ...rule, ...(former.moved && { moved: former.moved }) };
  return withFormerData(lineage, versions, (data) => keepSides(workbench, carried, data));
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
