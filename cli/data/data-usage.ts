import { PlatformError } from "../../platform/base/errors";
import { formatModelRef } from "../../platform/definition/model-ref";
import { readLineage } from "../../platform/model/model-directory";
import type { Session } from "../session/session";

/** What was made of data. */
export interface DataUsage {
  /** Ids of runs of this machine that trained on it, the newest first. */
  readonly runs: string[];
  /** Registered versions, `name:version`. */
  readonly versions: string[];
}

/** What was trained on each version of a model's data, by the data's digest. */
export async function usageOfData(
  { runs, registry }: Pick<Session, "runs" | "registry">,
  model: string,
): Promise<ReadonlyMap<string, DataUsage>> {
  const byDigest = new Map<string, DataUsage>();
  const usageOf = (digest: string): DataUsage => {
    const usage = byDigest.get(digest) ?? { runs: [], versions: [] };
    byDigest.set(digest, usage);
    return usage;
  };
  for (const { id } of await runs.list(model)) {
    const digest = await dataOfRun(runs.path(id, "model"));
    if (digest !== undefined) usageOf(digest).runs.push(id);
  }
  for (const version of await registry.list(model)) {
    if (version.tags.data !== undefined) usageOf(version.tags.data).versions.push(formatModelRef(version));
  }
  return byDigest;
}

/** A run that has trained nothing, or whose model directory is damaged, tells nothing. */
async function dataOfRun(directory: string): Promise<string | undefined> {
  try {
    return (await readLineage(directory)).data.digest;
  } catch (error) {
    if (error instanceof PlatformError && error.code === "MODEL_INVALID") return undefined;
    throw error;
  }
}
