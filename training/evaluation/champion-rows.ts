import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { PlatformError } from "../../platform/base/errors";
import { findUnseenRows, howToTell, type FormerData, type TrainedOn } from "../../platform/data/seen-rows";
import type { DataVersions } from "../../platform/data/versions/data-versions";
import type { DataVersion } from "../../platform/data/versions/version-record";
import type { PromotionInput } from "../../platform/gate/promotion-input";
import { readLineage } from "../../platform/model/model-directory";
import type { Champion } from "../inputs/champions";
import { findSplit } from "../inputs/split";
import type { Workbench } from "../inputs/workbench";

/** Where versions of data are found. */
export type FormerVersions = Pick<DataVersions, "get" | "restore">;

/** Which held-out rows of the split table `data` the champion was not trained on, and what is to be known of that. */
export async function unseenByChampion(
  workbench: Workbench,
  champion: Champion,
  versions: FormerVersions | undefined,
): Promise<Pick<NonNullable<PromotionInput["champion"]>, "unseen" | "note">> {
  const lineage = await readLineage(champion.directory);
  const trainedOn: TrainedOn = { digest: lineage.data.digest, rule: findSplit(workbench, lineage) };
  const folder = await mkdtemp(path.join(tmpdir(), "mlops-former-data-"));
  try {
    const helps = howToTell({ ...trainedOn, isKept: true }, workbench.source) === "by-content";
    const data = helps ? await findFormerData(lineage, versions, folder) : undefined;
    const { unseen, telling } = await findUnseenRows(workbench, { ...trainedOn, data });
    const note = notes[telling];
    return { unseen, ...(note !== undefined && { note }) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const notes: Readonly<Record<ReturnType<typeof howToTell>, string | undefined>> = {
  "by-rule": undefined,
  "by-content": undefined,
  "by-rule-unless-corrected":
    "the data that it was trained on is not kept and has no id, so rows that were corrected since cannot be told from new ones",
  "not-at-all": "how its rows were split, or the data that it was trained on, is not known",
};

async function findFormerData(
  { model, data }: { readonly model: string; readonly data: { readonly digest: string } },
  versions: FormerVersions | undefined,
  folder: string,
): Promise<FormerData | undefined> {
  const version = await findVersion(versions, model, data.digest);
  if (versions === undefined || version === undefined) return undefined;
  const file = path.join(folder, version.source);
  await versions.restore(version, file);
  return {
    file,
    digest: version.digest,
    ...(version.kind === "folder" && { files: version.files.map((each) => each.path) }),
    columns: version.columns.flatMap(({ name, type }) => (type === undefined ? [] : [{ name, type }])),
  };
}

async function findVersion(
  versions: FormerVersions | undefined,
  model: string,
  digest: string,
): Promise<DataVersion | undefined> {
  try {
    return await versions?.get(model, digest);
  } catch (error) {
    if (error instanceof PlatformError && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}
