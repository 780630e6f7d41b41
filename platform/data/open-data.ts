import type { ModelDefinition } from "../definition/definition";
import type { SqlEngine } from "../sql/engine";
import { openEngineAt, type SqlPlace } from "../sql/open-engine";
import { loadData, type DataSource } from "./source";

/** Data in an engine of its own, which whoever opened it closes. */
export interface OpenData {
  readonly engine: SqlEngine;
  readonly source: DataSource;
}

/** Which data is loaded, and where. */
interface LoadingOptions extends SqlPlace {
  /** The files of a folder, by their paths below it; all of them when absent. */
  readonly only?: readonly string[] | undefined;
}

/** Opens an engine and loads the data of a definition into it. */
export async function openData(
  definition: ModelDefinition,
  file: string,
  { only, ...place }: LoadingOptions = {},
): Promise<OpenData> {
  const engine = await openEngineAt(place);
  try {
    return { engine, source: await loadData(engine, definition, file, only) };
  } catch (error) {
    await engine.close();
    throw error;
  }
}
