import path from "node:path";
import { PlatformError } from "../../platform/base/errors";
import { withTemporaryFolder } from "../../platform/base/files";
import { parseModelRef } from "../../platform/definition/model-ref";
import { breakingChanges, describeBreaking } from "../../platform/gate/breaking-changes";
import { readModelMetadata } from "../../platform/model/model-directory";
import type { Signature } from "../../platform/model/signature";
import { isExplainable } from "../../platform/onnx/explainable";
import { releaseOf } from "./release-of-run";
import type { RunContext } from "./step";

type Released = Pick<RunContext, "target" | "session" | "definition" | "run">;

/** What clients of the model in a directory rely on. */
async function facts(directory: string): Promise<Signature & { readonly explains: boolean }> {
  const { signature } = await readModelMetadata(directory);
  return { ...signature, explains: await isExplainable(directory, signature) };
}

/**
 * Which requests a release refuses or misreads that production answers now, in a sentence; undefined when none. Production may serve another version
 * than the gate has compared with.
 */
export async function describeRefusedClients(context: Released): Promise<string | undefined> {
  const { target, session, definition } = context;
  const { stable } = await target.deployer.status(session.environments.production, definition.name);
  if (stable === undefined) return undefined;
  const now = await facts(path.join(releaseOf(context).package, "model"));
  try {
    return await withTemporaryFolder("mlops-production-", async (folder) => {
      const directory = path.join(folder, "model");
      await session.registry.download(parseModelRef(stable.model), directory);
      const changes = breakingChanges(await facts(directory), now);
      if (changes.length === 0) return undefined;
      return `Requests are refused or misread that ${stable.model} answers: ${describeBreaking(changes)}.`;
    });
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code !== "NOT_FOUND") throw error;
    return `Whether requests are refused or misread that ${stable.model} answers is not known: the registry does not have it.`;
  }
}
