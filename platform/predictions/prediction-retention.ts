import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { systemErrorCode } from "../base/errors";
import { retentionAges, suspectDays } from "../base/retention";

/** The day of a partition, "2026-07-10", by its name. */
function dateOf(name: string): string | undefined {
  return /^date=(\d{4}-\d{2}-\d{2})$/.exec(name)?.[1];
}

interface OldPartitions {
  readonly remove: readonly string[];
  /** Why none is removed now. */
  readonly notice?: string;
}

/** The partitions of a log that ended more than `days` days ago; none while the clock may be wrong. */
export function partitionsToRemove(names: readonly string[], days: number, now: Date): OldPartitions {
  const partitions = names.filter((name) => dateOf(name) !== undefined);
  const begins = partitions.map((name) => Date.parse(`${dateOf(name)}T00:00:00Z`));
  const today = new Date(now.toISOString().slice(0, 10));
  const ages = retentionAges(begins, { days, now: today });
  const pause = suspectDays(begins, { days, now: today });
  if (pause !== undefined) {
    return {
      remove: [],
      notice: `Its newest records are of ${pause} days ago. Either nothing was logged since, or the clock is wrong (it says ${now.toISOString()}), so nothing is removed until there are newer ones.`,
    };
  }
  return { remove: partitions.filter((_, index) => (ages[index] ?? 0) > days + 1) };
}

/** Removes the partitions of a log in a folder that ended more than `days` days ago; answers why it does not, where the clock may be wrong. */
export async function removeOldPartitions(
  folder: string,
  days: number,
  now: Date,
): Promise<string | undefined> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
  const { remove, notice } = partitionsToRemove(names, days, now);
  for (const name of remove) await rm(path.join(folder, name), { recursive: true });
  return notice;
}
