import type { Storage } from "../../platform/storage/storage";
import type { Settings } from "../../platform/settings/settings";
import { openStorage } from "../../platform/storage/open-storage";
import { placeOf } from "../../platform/release/place";
import { findSettingOfPlace, settingOfTraining } from "./open-audit";
import type { Session } from "./session";

/** Where it is kept what watching models has measured, and what was decided about it. */
export interface WatchHistory {
  readonly windows: Storage;
  readonly decisions: Storage;
}

type Opening = Pick<Session, "settings" | "workspace" | "signal">;

interface Asked {
  readonly target: Settings<"cli">["target"];
  /** The place that the command names. */
  readonly history?: string | undefined;
  readonly maxPerWeek?: number | undefined;
}

/** Retrainings in seven days that a machine's own watching may start, unless it is told otherwise. */
const defaultPerWeek = 2;

/** What is opened once; where that failed, it is tried again: a dashboard outlives a stack that is away. */
function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () =>
    (opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    }));
}

/** Opens the history once: where the command or the setting says; else in Azure with the stack that trains, and on this machine in the home. */
export function openingHistory(
  { settings, workspace, signal }: Opening,
  { target, history: named = settings.history }: Asked,
): () => Promise<WatchHistory> {
  const open = async (): Promise<WatchHistory> => {
    const place = named ?? (await findSettingOfPlace(placeOf(target), "MLOPS_HISTORY", signal));
    return {
      windows: await openStorage(place ?? workspace.windows),
      decisions: await openStorage(place ?? workspace.decisions),
    };
  };
  return once(open);
}

/** Most retrainings in seven days: as the command or the setting says; else in Azure as the stack that trains allows. */
export async function retrainingsPerWeek(
  { settings, signal }: Pick<Session, "settings" | "signal">,
  { target, maxPerWeek = settings.retrainingsPerWeek }: Asked,
): Promise<number> {
  if (maxPerWeek !== undefined) return maxPerWeek;
  const allowed = await findSettingOfPlace(placeOf(target), "MLOPS_RETRAININGS_PER_WEEK", signal);
  return allowed === undefined ? defaultPerWeek : Number(allowed);
}

/** Opens where releases have recorded what the environments of stacks serve: beside the history. */
export function openingRecords({
  settings,
  signal,
}: Pick<Opening, "settings" | "signal">): () => Promise<Storage> {
  return once(async () =>
    openStorage(settings.history ?? (await settingOfTraining("MLOPS_HISTORY", signal))),
  );
}
