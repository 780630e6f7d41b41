import path from "node:path";
import { loadData, type DataSource } from "../../platform/data/source";
import type { ModelDefinition } from "../../platform/definition/definition";
import type { LoadedDefinition } from "../../platform/definition/definitions";
import { PlatformError } from "../../platform/base/errors";
import type { Digest } from "../../platform/base/files";
import type { SqlEngine } from "../../platform/sql/engine";
import { openEngine } from "../../platform/sql/open-engine";

/** What every step of training works with. */
export interface Workbench {
  readonly definition: ModelDefinition;
  /** Folder of the definition. */
  readonly directory: string;
  /** Holds the data; whoever opened the workbench closes it. */
  readonly engine: SqlEngine;
  readonly source: DataSource;
}

/** Data as it was checked: what has changed since is refused, and what was added is left out. */
export interface PinnedData {
  readonly digest: Digest;
  /** The files of a folder, by their paths below it. */
  readonly files?: readonly string[];
}

/** Opens an engine and loads the data of a definition into it. */
export async function openWorkbench(
  { definition, definitionFile }: Pick<LoadedDefinition, "definition" | "definitionFile">,
  data: string,
  pinned?: PinnedData,
): Promise<Workbench> {
  const engine = await openEngine();
  try {
    const source = await loadData(engine, definition, data, pinned?.files);
    if (pinned === undefined || source.digest === pinned.digest) {
      return { definition, directory: path.dirname(definitionFile), engine, source };
    }
    throw new PlatformError(
      "CONFLICT",
      `${data} is no longer the data that was checked. Files of a table stay as they are until a run has ended. Restore them, or start again with the check.`,
    );
  } catch (error) {
    await engine.close();
    throw error;
  }
}
