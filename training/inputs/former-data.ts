import path from "node:path";
import { PlatformError } from "../../platform/base/errors";
import { withTemporaryFolder } from "../../platform/base/files";
import type { FormerData } from "../../platform/data/split/former-rows";
import type { DataVersions } from "../../platform/data/versions/data-versions";
import type { DataVersion } from "../../platform/data/versions/version-record";
import type { Lineage } from "../../platform/model/model-directory";

/** Where versions of data are found. */
export type FormerVersions = Pick<DataVersions, "getRemaining" | "restore">;

/** Works with the data that a model was trained on, or what is left of it, on this machine's disk; without, where no version of it is kept. */
export async function withFormerData<T>(
  lineage: Pick<Lineage, "model" | "data">,
  versions: FormerVersions | undefined,
  work: (data: FormerData | undefined) => Promise<T>,
): Promise<T> {
  const version = await findVersion(versions, lineage.model, lineage.data.digest);
  // Where nothing is kept nothing is written: an image may have no folder that it may write to.
  if (versions === undefined || version === undefined) return work(undefined);
  return withTemporaryFolder("mlops-former-data-", async (folder) =>
    work(await restore(version, versions, folder)),
  );
}

async function restore(version: DataVersion, versions: FormerVersions, folder: string): Promise<FormerData> {
  const file = path.join(folder, version.source);
  await versions.restore(version, file);
  return {
    file,
    digest: version.digest,
    ...(version.kind === "folder" && { files: version.files.map((each) => each.path) }),
    ...(version.written && { written: version.written }),
    columns: version.columns.flatMap(({ name, type }) => (type === undefined ? [] : [{ name, type }])),
  };
}

async function findVersion(
  versions: FormerVersions | undefined,
  model: string,
  digest: string,
): Promise<DataVersion | undefined> {
  try {
    return await versions?.getRemaining(model, digest);
  } catch (error) {
    if (error instanceof PlatformError && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}
