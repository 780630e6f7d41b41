import type { Storage } from "../../platform/storage/storage";
import type { Settings } from "../../platform/settings/settings";
import { openStorage } from "../../platform/storage/open-storage";
import { settingOfTraining } from "./open-audit";
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

/** Opens the history once: where the command or the setting says; else in Azure with the stack that trains, and on this machine in the home. */
export function openingHistory(
  { settings, workspace, signal }: Opening,
  { target, history: named = settings.history }: Asked,
): () => Promise<WatchHistory> {
  const open = async (): Promise<WatchHistory> => {
    const place =
      named ?? (target === "azure" ? await settingOfTraining("MLOPS_HISTORY", signal) : undefined);
    return {
      windows: await openStorage(place ?? workspace.windows),
      decisions: await openStorage(place ?? workspace.decisions),
    };
  };
  let opened: Promise<WatchHistory> | undefined;
  // One that failed is tried again: a dashboard outlives a stack that is away.
  return () =>
    (opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    }));
}

/** Most retrainings in seven days: as the command or the setting says; else in Azure as the stack that trains allows. */
export async function retrainingsPerWeek(
  { settings, signal }: Pick<Session, "settings" | "signal">,
  { target, maxPerWeek = settings.retrainingsPerWeek }: Asked,
): Promise<number> {
  if (maxPerWeek !== undefined) return maxPerWeek;
  return target === "azure"
    ? Number(await settingOfTraining("MLOPS_RETRAININGS_PER_WEEK", signal))
    : defaultPerWeek;
}

/** Opens where releases have recorded what the environments of stacks serve: beside the history. */
export function openingRecords(opening: Opening): () => Promise<Storage> {
  const opened = openingHistory(opening, { target: "azure" });
  return async () => (await opened()).windows;
}
