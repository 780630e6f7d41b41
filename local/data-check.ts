import path from "node:path";
import { checkData } from "../platform/data/checks";
import type { ModelDefinition } from "../platform/definition";
import type { DataReport } from "../platform/findings";
import { readReference } from "../platform/model-directory";
import type { RunData } from "./run-data";
import type { Session } from "./session";

/** Checks data against the definition and the reference sample of the champion, which is what production serves. */
export async function checkLoadedData(
  session: Session,
  definition: ModelDefinition,
  data: RunData,
): Promise<DataReport> {
  const { stable } = await session.deployer.status("prod", definition.name);
  const champion = stable && {
    model: stable.model,
    profile: await readReference(path.join(stable.package, "model")),
  };
  return checkData(data.engine, definition, data.source, champion);
}
