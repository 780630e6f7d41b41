import { findUnseenRows, howToTell, type TrainedOn } from "../../platform/data/split/seen-rows";
import type { PromotionInput } from "../../platform/gate/promotion-input";
import { readLineage } from "../../platform/model/model-directory";
import type { Champion } from "../inputs/champions";
import { withFormerData, type FormerVersions } from "../inputs/former-data";
import { findSplit } from "../inputs/split";
import type { Workbench } from "../inputs/workbench";

/** Which held-out rows of the split table `data` the champion was not trained on, and what is to be known of that. */
export async function unseenByChampion(
  workbench: Workbench,
  champion: Champion,
  versions: FormerVersions | undefined,
): Promise<Pick<NonNullable<PromotionInput["champion"]>, "unseen" | "note">> {
  const lineage = await readLineage(champion.directory);
  const trainedOn: TrainedOn = { digest: lineage.data.digest, rule: findSplit(workbench, lineage) };
  const helps = howToTell({ ...trainedOn, isKept: true }, workbench.source) === "by-content";
  return withFormerData(lineage, helps ? versions : undefined, async (data) => {
    const { unseen, telling } = await findUnseenRows(workbench, { ...trainedOn, data });
    const note = notes[telling];
    return { unseen, ...(note !== undefined && { note }) };
  });
}

const notes: Readonly<Record<ReturnType<typeof howToTell>, string | undefined>> = {
  "by-rule": undefined,
  "by-content": undefined,
  "by-rule-unless-corrected":
    "the data that it was trained on is not kept and has no id, so rows that were corrected since cannot be told from new ones",
  "not-at-all": "how its rows were split, or the data that it was trained on, is not known",
};
