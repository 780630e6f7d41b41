import { randomUUID } from "node:crypto";
import { z } from "zod";
import { PlatformError } from "../../platform/base/errors";
import { toStoredJson } from "../../platform/base/files";
import { digestSchema } from "../../platform/base/stored-record";
import { retrainingReasons } from "../../platform/gate/retraining-policy";
import { readRecord } from "../../platform/storage/read-record";
import type { Storage } from "../../platform/storage/storage";

const decisionSchema = z.object({
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
  return decisions.sort((a, b) => (a.time < b.time ? -1 : 1));
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
