import path from "node:path";
import { openData, type OpenData } from "../../platform/data/open-data";
import type { ModelDefinition } from "../../platform/definition/definition";
import type { LoadedDefinition } from "../../platform/definition/definitions";
import { PlatformError } from "../../platform/base/errors";
import type { SqlPlace } from "../../platform/sql/open-engine";
import type { Digest } from "../../platform/base/files";

/** What every step of training works with. */
export interface Workbench extends OpenData {
  readonly definition: ModelDefinition;
  /** Folder of the definition. */
  readonly directory: string;
}

/** Data as it was checked: what has changed since is refused, and what was added is left out. */
export interface PinnedData {
  readonly digest: Digest;
  /** The files of a folder, by their paths below it. */
  readonly files?: readonly string[];
}

/** Which data is worked with, and where. */
interface WorkbenchOptions extends SqlPlace {
  readonly pinned?: PinnedData | undefined;
}

/** Opens an engine and loads the data of a definition into it, in this process where no other place is named. */
export async function openWorkbench(
  { definition, definitionFile }: Pick<LoadedDefinition, "definition" | "definitionFile">,
  data: string,
  { pinned, ...place }: WorkbenchOptions = {},
): Promise<Workbench> {
  const { engine, source } = await openData(definition, data, { ...place, only: pinned?.files });
  if (pinned === undefined || source.digest === pinned.digest) {
    return { definition, directory: path.dirname(definitionFile), engine, source };
  }
  await engine.close();
  throw new PlatformError(
    "CONFLICT",
    `${data} is no longer the data that was checked. Files of a table stay as they are until a run has ended. Restore them, or start again with the check.`,
  );
}
