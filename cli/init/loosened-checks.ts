import { modelDefinitionSchema, type ModelDefinitionInput } from "../../platform/definition/definition";
import type { SqlEngine } from "../../platform/sql/engine";
import { identifier } from "../../platform/sql/engine";
import type { Column } from "./describe-column";
import type { SeenColumn } from "./seen-columns";

/** The checks that the file itself would fail by default, loosened so far that it and data of its kind pass. */
export async function loosenedChecks(
  engine: SqlEngine,
  columns: readonly Column[],
  facts: readonly SeenColumn[],
): Promise<Pick<ModelDefinitionInput, "checks">> {
  const defaults = modelDefinitionSchema.shape.checks.parse(undefined);
  const used = facts.filter(({ name }) => columns.some((column) => column.name === name));
  const missing = Math.max(...used.map(({ present, rows }) => 1 - present / rows));
  const isDistinct = columns.some(({ role }) => role === "id");
  const repeated = isDistinct ? 0 : await repeatedShare(engine, columns);
  const widened = (share: number): number => Math.min(1, Math.ceil((share + 0.05) * 20) / 20);
  const checks = {
    ...(missing > defaults.maxMissing && { maxMissing: widened(missing) }),
    ...(repeated > defaults.maxDuplicates && { maxDuplicates: widened(repeated) }),
  };
  return Object.keys(checks).length > 0 ? { checks } : {};
}

/** Share of rows of the table `data` that are equal to an earlier one, 0..1. */
async function repeatedShare(engine: SqlEngine, columns: readonly Column[]): Promise<number> {
  const names = columns.map(({ name }) => identifier(name)).join(", ");
  const [row = {}] = await engine.rows(`
    SELECT (SELECT count(*) FROM data) AS n, (SELECT count(*) FROM (SELECT DISTINCT ${names} FROM data)) AS different`);
  return 1 - Number(row.different) / Number(row.n);
}
