import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { systemErrorCode } from "../base/errors";
import { retentionAges } from "../base/retention";

/** The day of a partition, "2026-07-10", by its name. */
function dateOf(name: string): string | undefined {
  return /^date=(\d{4}-\d{2}-\d{2})$/.exec(name)?.[1];
}

/** The partitions of a log that ended more than `days` days ago. */
export function partitionsToRemove(names: readonly string[], days: number, now: Date): string[] {
  const partitions = names.filter((name) => dateOf(name) !== undefined);
  const begins = partitions.map((name) => Date.parse(`${dateOf(name)}T00:00:00Z`));
  const today = new Date(now.toISOString().slice(0, 10));
  const ages = retentionAges(begins, { days, now: today });
  return partitions.filter((_, index) => (ages[index] ?? 0) > days + 1);
}

/** Removes the partitions of a log in a folder that ended more than `days` days ago. */
export async function removeOldPartitions(folder: string, days: number, now: Date): Promise<void> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return;
    throw error;
  }
  for (const name of partitionsToRemove(names, days, now))
    await rm(path.join(folder, name), { recursive: true });
}
