import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { systemErrorCode } from "../base/errors";

const dayMs = 86_400_000;

/** Removes the days of a log in a folder that ended more than so many days ago. */
export async function removeOldPartitions(folder: string, days: number, now: Date): Promise<void> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return;
    throw error;
  }
  const oldest = new Date(now.getTime() - (days + 1) * dayMs).toISOString().slice(0, 10);
  for (const name of names) {
    const date = /^date=(\d{4}-\d{2}-\d{2})$/.exec(name)?.[1];
    if (date !== undefined && date < oldest) await rm(path.join(folder, name), { recursive: true });
  }
}
