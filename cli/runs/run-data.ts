import type { ModelDefinition } from "../../platform/definition/definition";
import { featuresOf } from "../../platform/definition/definition";
import type { DataSource } from "../../platform/data/source";
import { loadData } from "../../platform/data/source";
import { splitData } from "../../platform/data/split";
import { PlatformError } from "../../platform/base/errors";
import { openEngine } from "../../platform/sql/open-engine";
import type { SqlEngine, SqlRow } from "../../platform/sql/engine";
import { identifier } from "../../platform/sql/engine";

/** The data of a run, loaded into an engine once and used by every step of the process. */
export interface RunData {
  readonly engine: SqlEngine;
  readonly source: DataSource;
}

export async function openRunData(definition: ModelDefinition, file: string): Promise<RunData> {
  const engine = await openEngine();
  try {
    return { engine, source: await loadData(engine, definition, file) };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/** Throws when the data is not what the run was trained on: its held-out rows would be others. */
export function requireSameData(data: RunData, digest: string, run: string): void {
  if (data.source.digest === digest) return;
  throw new PlatformError(
    "CONFLICT",
    `${data.source.file} has changed since run ${run} was trained on it. Put the old file back, or train again with \`mlops train\`.`,
  );
}

/** The features of held-out rows (at most `most`), by name, as a client would send them. */
export async function heldOutRows(data: RunData, definition: ModelDefinition, max = 500): Promise<SqlRow[]> {
  await splitData(data.engine, definition);
  const columns = featuresOf(definition).map(({ name }) => identifier(name));
  return data.engine.rows(
    `SELECT ${columns.join(", ")} FROM data WHERE _held_out ORDER BY _row LIMIT ${max}`,
  );
}
