import path from "node:path";
import { PlatformError } from "../../platform/base/errors";
import { withTemporaryFolder } from "../../platform/base/files";
import { parseModelRef } from "../../platform/definition/model-ref";
import { breakingChanges, describeBreaking } from "../../platform/gate/breaking-changes";
import { readModelMetadata } from "../../platform/model/model-directory";
import { releaseOf } from "./release-of-run";
import type { RunContext } from "./step";

type Released = Pick<RunContext, "target" | "session" | "definition" | "run">;

/**
 * Which requests a release refuses that production answers now, in a sentence; undefined when none. Production may serve another version
 * than the gate has compared with.
 */
export async function describeRefusedClients(context: Released): Promise<string | undefined> {
  const { target, session, definition } = context;
  const { stable } = await target.deployer.status(session.environments.production, definition.name);
  if (stable === undefined) return undefined;
  const { signature } = await readModelMetadata(path.join(releaseOf(context).package, "model"));
  try {
    return await withTemporaryFolder("mlops-production-", async (folder) => {
      const directory = path.join(folder, "model");
      await session.registry.download(parseModelRef(stable.model), directory);
      const changes = breakingChanges((await readModelMetadata(directory)).signature, signature);
      if (changes.length === 0) return undefined;
      return `Requests are refused that ${stable.model} answers: ${describeBreaking(changes)}.`;
    });
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code !== "NOT_FOUND") throw error;
    return `Whether requests are refused that ${stable.model} answers is not known: the registry does not have it.`;
  }
}

/** Whether the operator has accepted, when the release was registered, that it refuses requests that were answered before. */
export async function acceptsRefusals({ session, run }: Released): Promise<boolean> {
  const { tags } = await session.registry.get(parseModelRef(releaseOf({ run }).model));
  return tags.breaking !== undefined;
}
