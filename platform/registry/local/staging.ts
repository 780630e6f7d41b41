import { randomUUID } from "node:crypto";
import { mkdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { systemErrorCode } from "../../base/errors";
import { digestOf } from "../../base/files";
import type { ProcessIdentity } from "../../base/process-identity";
import { ownIdentity, stateOfProcess } from "../../base/process-identity";
import { namesIn } from "./registry-files";

/** Longest time an entry is in the making; what is older was left behind. */
const longestMs = 60 * 60 * 1000;

/** A folder in which an entry is made, on the registry's own file system, so that one rename puts it in place. */
interface Staging {
  readonly entry: string;
  /** Removes what is still there. */
  remove(): Promise<void>;
}

/** Where the process id means something, as a short text. */
function scopeOf({ host, boot, namespace }: ProcessIdentity): string {
  return digestOf(JSON.stringify([host, boot, namespace])).slice(0, 12);
}

/** The name holds the owner, so that there is no moment at which the folder has none. */
function nameFor(owner: ProcessIdentity): string {
  return `${scopeOf(owner)}-${owner.pid}-${owner.startTicks ?? ""}-${randomUUID().slice(0, 8)}`;
}

/** Whether the process that made the folder still runs; "unknown" when that cannot be seen from here. */
function stateOfOwner(name: string): ReturnType<typeof stateOfProcess> {
  const [, scope, pid, startTicks] = /^([0-9a-f]{12})-(\d+)-(\d*)-[0-9a-f]{8}$/.exec(name) ?? [];
  const own = ownIdentity();
  if (scope !== scopeOf(own)) return "unknown";
  return stateOfProcess({ ...own, pid: Number(pid), ...(startTicks && { startTicks }) });
}

export async function openStaging(stagingFolder: string): Promise<Staging> {
  const folder = path.join(stagingFolder, nameFor(ownIdentity()));
  const entry = path.join(folder, "entry");
  await mkdir(entry, { recursive: true });
  return { entry, remove: () => rm(folder, { recursive: true, force: true }) };
}

async function isAbandoned(folder: string): Promise<boolean> {
  const state = stateOfOwner(path.basename(folder));
  if (state !== "unknown") return state === "gone";
  return Date.now() - (await stat(folder)).mtimeMs > longestMs;
}

/** Removes what killed writers left behind. */
export async function sweepStaging(stagingFolder: string): Promise<void> {
  for (const name of await namesIn(stagingFolder)) {
    const folder = path.join(stagingFolder, name);
    try {
      if (await isAbandoned(folder)) await rm(folder, { recursive: true, force: true });
    } catch (error) {
      // Another process sweeps too, or the folder cannot be removed by this user: neither is in this writer's way.
      if (systemErrorCode(error) === undefined) throw error;
    }
  }
}
