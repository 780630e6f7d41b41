import { PlatformError } from "../../platform/base/errors";
import { formatModelRef } from "../../platform/definition/model-ref";
import type { ModelVersion } from "../../platform/registry/registry";
import { readLineage } from "../../platform/model/model-directory";
import type { Session } from "../session/session";

/** What was made of data. */
export interface DataUsage {
  /** Ids of runs of this machine that trained on it, the newest first. */
  readonly runs: string[];
  /** Registered versions, `name:version`. */
  readonly versions: string[];
}

interface TrainedRun {
  readonly id: string;
  readonly data?: { readonly digest: string };
}

/** What was trained on each version of a model's data, by the data's digest, of runs and versions that are known. */
export function usageByDigest(
  runs: readonly TrainedRun[],
  versions: readonly ModelVersion[],
): ReadonlyMap<string, DataUsage> {
  const byDigest = new Map<string, DataUsage>();
  const usageOf = (digest: string): DataUsage => {
    const usage = byDigest.get(digest) ?? { runs: [], versions: [] };
    byDigest.set(digest, usage);
    return usage;
  };
  for (const { id, data } of runs) if (data !== undefined) usageOf(data.digest).runs.push(id);
  for (const version of versions)
    if (version.tags.data !== undefined) usageOf(version.tags.data).versions.push(formatModelRef(version));
  return byDigest;
}

/** What was trained on each version of a model's data, by the data's digest. */
export async function usageOfData(
  { runs, registry }: Pick<Session, "runs" | "registry">,
  model: string,
): Promise<ReadonlyMap<string, DataUsage>> {
  const trained: TrainedRun[] = [];
  for (const { id } of await runs.list(model)) {
    const digest = await dataOfRun(runs.path(id, "model"));
    trained.push({ id, ...(digest !== undefined && { data: { digest } }) });
  }
  return usageByDigest(trained, await registry.list(model));
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
