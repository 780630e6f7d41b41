import path from "node:path";
import { withTemporaryFolder } from "../../platform/base/files";
import { parseModelRef } from "../../platform/definition/model-ref";
import type { Registry } from "../../platform/registry/registry";
import type { Release } from "../../platform/release/deployment";

/** Reads of a version that serves: from its package or, where that is not on this machine, from the registry. */
export async function readFromModel<T>(
  registry: Registry,
  { model, package: folder }: Release,
  read: (directory: string) => Promise<T>,
): Promise<T> {
  if (folder !== undefined) return read(path.join(folder, "model"));
  return withTemporaryFolder("mlops-model-", async (scratch) => {
    await registry.download(parseModelRef(model), path.join(scratch, "model"));
    return read(path.join(scratch, "model"));
  });
}
