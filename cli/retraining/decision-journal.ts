import { randomUUID } from "node:crypto";
import { z } from "zod";
import { PlatformError } from "../../platform/base/errors";
import { toStoredJson } from "../../platform/base/files";
import { digestSchema } from "../../platform/base/stored-record";
import { retrainingReasons } from "../../platform/gate/retraining-policy";
import { readRecord } from "../../platform/storage/read-record";
import type { Storage } from "../../platform/storage/storage";

const decisionSchema = z.object({
  /** The how manyth it is of the model in the environment: clocks may be wrong. Those without one are older than all that have one. */
  sequence: z.number().int().min(1).exactOptional(),
  /** ISO 8601, UTC. */
  time: z.iso.datetime(),
  environment: z.string(),
  /** The version that was watched: `name:version`. */
  model: z.string(),
  action: z.enum(["nothing", "alert", "retrain"]),
  reason: z.enum(retrainingReasons),
  explanation: z.string(),
  /** Rows of the log that were looked at. */
  rows: z.number().int().min(0),
  /** Digest of the data that there was to train on; absent where it is not on this machine. */
  data: digestSchema.exactOptional(),
});

/** What was decided about what watching a version has shown. */
export type RecordedDecision = Readonly<z.output<typeof decisionSchema>>;

function folderOf(environment: string, name: string): string {
  return `${environment}/${name}/`;
}

function corrupt(file: string, why: string, cause: unknown): PlatformError {
  return new PlatformError(
    "STORAGE_FAILED",
    `The decision ${file} is corrupt: ${why}. How often the model was retrained is not known without it, so nothing was decided. Delete it, or restore it from a backup.`,
    { cause },
  );
}

/** By sequence; of those without one, and of two that were made at the same time, by the clock. */
function byOrder(a: RecordedDecision, b: RecordedDecision): number {
  return (a.sequence ?? 0) - (b.sequence ?? 0) || (a.time < b.time ? -1 : 1);
}

/** The decisions about a model in an environment, the oldest first. Throws STORAGE_FAILED when one cannot be read. */
export async function readDecisions(
  storage: Storage,
  { environment, name }: { readonly environment: string; readonly name: string },
): Promise<RecordedDecision[]> {
  const decisions: RecordedDecision[] = [];
  for (const file of await storage.list(folderOf(environment, name)))
    decisions.push(
      await readRecord(storage, file, decisionSchema, (why, cause) => corrupt(file, why, cause)),
    );
  return decisions.sort(byOrder);
}

/** The sequence of the next of these decisions. */
export function nextSequence(before: readonly RecordedDecision[]): number {
  return Math.max(0, ...before.map(({ sequence = 0 }) => sequence)) + 1;
}

/**
 * When retrainings were decided. One that a wrong clock has dated later than now is of the time of the first decision after it, or of now
 * where there is none: it counts, and holds others off for no longer than another.
 */
export function retrainingTimes(decisions: readonly RecordedDecision[], now: Date): Date[] {
  const timeOf = (decision: RecordedDecision): number => {
    const time = Date.parse(decision.time);
    if (time <= now.getTime()) return time;
    const later = decisions.filter(({ sequence = 0 }) => sequence > (decision.sequence ?? 0));
    return Math.min(now.getTime(), ...later.map((each) => Date.parse(each.time)));
  };
  const retrainings = decisions.filter(({ action }) => action === "retrain");
  return retrainings.map((decision) => new Date(timeOf(decision)));
}

/** Records a decision, as a file of its own: none is ever written over. Gives its path. */
export async function recordDecision(
  storage: Storage,
  decision: RecordedDecision,
  { name }: { readonly name: string },
): Promise<string> {
  const { time, environment } = decision;
  const file = `${folderOf(environment, name)}${time.replaceAll(/[-:.]/g, "")}-${randomUUID().slice(0, 8)}.json`;
  await storage.put(file, toStoredJson(decision));
  return file;
}
