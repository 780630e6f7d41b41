import path from "node:path";
import { PlatformError } from "../../platform/base/errors";
import { withTemporaryFolder } from "../../platform/base/files";
import { parseModelRef } from "../../platform/definition/model-ref";
import { describeRefusals } from "../../platform/release/refusals";
import { releaseOf } from "./release-of-run";
import type { RunContext } from "./step";

type Released = Pick<RunContext, "target" | "session" | "definition" | "run">;

/**
 * Which requests a release refuses or misreads that production answers now, in a sentence; undefined when none. Production may serve another version
 * than the gate has compared with.
 */
export async function describeRefusedClients(context: Released): Promise<string | undefined> {
  const { target, session, definition } = context;
  const { stable } = await target.deployer.status(session.environments.production, definition.name);
  if (stable === undefined) return undefined;
  const now = path.join(releaseOf(context).package, "model");
  try {
    return await withTemporaryFolder("mlops-production-", async (folder) => {
      const directory = path.join(folder, "model");
      await session.registry.download(parseModelRef(stable.model), directory);
      return describeRefusals({ model: stable.model, directory }, now);
    });
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code !== "NOT_FOUND") throw error;
    return `Whether requests are refused or misread that ${stable.model} answers is not known: the registry does not have it.`;
  }
}
