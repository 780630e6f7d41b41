import { DataVersions } from "../../platform/data/versions/data-versions";
import { openDataVersions } from "../../platform/data/versions/open-data-versions";
import { placeOf } from "../../platform/release/place";
import type { Settings } from "../../platform/settings/settings";
import type { Workspace } from "../../platform/settings/workspace";
import { LateStorage } from "../../platform/storage/late-storage";
import { openStorage } from "../../platform/storage/open-storage";
import { settingOfTraining } from "./open-audit";

interface Opening {
  readonly settings: Pick<Settings<"cli">, "dataVersions" | "target">;
  readonly workspace: Pick<Workspace, "data">;
  readonly signal: AbortSignal;
  /** Is told of each version whose record is corrupt. */
  readonly report: (message: string) => void;
}

/**
 * What models were trained on: where the setting says; else with MLOPS_TARGET=azure where the jobs of the environment that trains keep it,
 * which is looked up when it is first used, or in the home. Undefined when it is switched off.
 */
export async function openKeptData({
  settings: { dataVersions, target },
  workspace,
  signal,
  report,
}: Opening): Promise<DataVersions | undefined> {
  if (dataVersions !== undefined || placeOf(target).environments === "processes")
    return openDataVersions(dataVersions ?? workspace.data, report);
  const open = async () => openStorage(await settingOfTraining("MLOPS_DATA_VERSIONS", signal));
  return new DataVersions(new LateStorage(open), report);
}
