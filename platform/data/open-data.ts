import type { ModelDefinition } from "../definition/definition";
import type { SqlEngine } from "../sql/engine";
import { openEngine } from "../sql/open-engine";
import { loadData, type DataSource } from "./source";

/** Data in an engine of its own, which whoever opened it closes. */
export interface OpenData {
  readonly engine: SqlEngine;
  readonly source: DataSource;
}

/** Opens an engine and loads the data of a definition into it, all of it or `only` some files of a folder. */
export async function openData(
  definition: ModelDefinition,
  file: string,
  only?: readonly string[],
): Promise<OpenData> {
  const engine = await openEngine();
  try {
    return { engine, source: await loadData(engine, definition, file, only) };
  } catch (error) {
    await engine.close();
    throw error;
  }
}
