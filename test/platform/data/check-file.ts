import path from "node:path";
import { checkData } from "../../../platform/data/checks/checks";
import { loadData } from "../../../platform/data/source";
import type { ModelDefinition } from "../../../platform/definition/definition";
import type { DataReport } from "../../../platform/data/findings";
import { profileTable } from "../../../platform/drift/profile-table";
import type { SqlEngine } from "../../../platform/sql/engine";

export const fixture = (name: string): string => path.join(__dirname, "fixtures", `${name}.csv`);
export const sample = (model: string): string => path.join(__dirname, "../../../models", model, "data.csv");

/** Loads and checks a file; with `champion`, against version 3 of the model, trained on that file. */
export async function checkFile(
  engine: SqlEngine,
  definition: ModelDefinition,
  file: string,
  champion?: string,
): Promise<DataReport> {
  if (champion === undefined) return checkData(engine, definition, await loadData(engine, definition, file));
  const { rows } = await loadData(engine, definition, champion);
  const columns = await profileTable(engine, "data", definition.columns);
  const source = await loadData(engine, definition, file);
  const reference = { model: `${definition.name}:3`, profile: { rows, columns } };
  return checkData(engine, definition, source, { champion: reference });
}
