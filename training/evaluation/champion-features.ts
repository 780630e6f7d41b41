import { counted } from "../../platform/base/wording";
import { loadColumns } from "../../platform/data/source";
import { hasColumns } from "../../platform/data/split/row-sides";
import type { Signature } from "../../platform/model/signature";
import { identifier, type SqlEngine } from "../../platform/sql/engine";
import type { Workbench } from "../inputs/workbench";

const table = "champion_features";

/**
 * A table with the features of a champion and `_row`, read from the file: the definition may have dropped one, or give it another
 * type, which does not keep them from being compared. Undefined where the definition has them all, and where the file lacks one or it is the target.
 */
export async function readChampionFeatures(
  { engine, definition, source }: Workbench,
  signature: Signature,
): Promise<string | undefined> {
  const isTarget = (name: string): boolean =>
    definition.columns.some((column) => column.name === name && column.role === "target");
  const names = signature.inputs.map(({ name }) => name);
  const features = signature.inputs.map(({ name, type }) => ({ name, type }));
  if (hasColumns(definition, features)) return undefined;
  if (!names.every((name) => source.header.includes(name) && !isTarget(name))) return undefined;
  await loadColumns(engine, source, features, { table, definition });
  return table;
}

/** What is wrong with features that the data check has not seen, in a clause; undefined when nothing is. */
export async function findFeatureFault(
  engine: SqlEngine,
  { inputs }: Signature,
  features: string,
): Promise<string | undefined> {
  const required = inputs.filter(({ nullable }) => !nullable);
  if (required.length === 0) return undefined;
  const counts = required.map(
    ({ name }, index) => `count(CASE WHEN ${identifier(name)} IS NULL THEN 1 END) AS n${index}`,
  );
  const [row = {}] = await engine.rows(
    `SELECT ${counts.join(", ")} FROM ${features} WHERE _row IN (SELECT _row FROM data WHERE _held_out)`,
  );
  const faults = required.flatMap(({ name, type }, index) => {
    const missing = Number(row[`n${index}`] ?? 0);
    return missing === 0
      ? []
      : [`its column "${name}" is no ${type}, or empty, in ${counted(missing, "held-out row")}`];
  });
  return faults.length === 0 ? undefined : faults.join("; ");
}
