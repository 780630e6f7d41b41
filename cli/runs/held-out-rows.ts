import path from "node:path";
import { featuresOf } from "../../platform/definition/definition";
import { sentValue } from "../../platform/definition/shown-value";
import { splitData } from "../../platform/data/split/split";
import { decideSplitRule } from "../../platform/data/split/split-rule";
import { fileExists } from "../../platform/base/files";
import { modelFiles, readLineage } from "../../platform/model/model-directory";
import { identifier, literal, type SqlRow } from "../../platform/sql/engine";
import type { Workbench } from "../../training/inputs/workbench";

/**
 * The features of rows that were held out from a model, by name, as a client would send them; at most `max`, in a random
 * order that is the same every time. The first ones of a file that is sorted would be another population than the rest.
 */
export async function heldOutRows(
  workbench: Pick<Workbench, "engine" | "definition" | "source">,
  modelDirectory: string,
  max = 500,
): Promise<SqlRow[]> {
  const { engine, definition, source } = workbench;
  const isThere = await fileExists(path.join(modelDirectory, modelFiles.lineage));
  const split = isThere ? (await readLineage(modelDirectory)).split : undefined;
  await splitData(workbench, split ?? decideSplitRule(definition, source.header));
  const features = featuresOf(definition);
  const columns = features.map(({ name }) => identifier(name));
  const order = `md5(concat_ws('|', ${literal(String(definition.split.seed))}, _row))`;
  const rows = await engine.rows(
    `SELECT ${columns.join(", ")} FROM data WHERE _held_out ORDER BY ${order} LIMIT ${max}`,
  );
  return rows.map((row) =>
    Object.fromEntries(features.map((column) => [column.name, sentValue(column, row[column.name])])),
  );
}
