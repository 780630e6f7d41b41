import {
  parseModelDefinition,
  type ModelDefinition,
  type ModelDefinitionInput,
} from "../../../platform/definition/definition";
import type { SqlEngine } from "../../../platform/sql/engine";
import type { Folds } from "../../../training/inputs/folds";
import { openEngine } from "../../../platform/sql/open-engine";
import { identifier, literal, type SqlRow, type SqlValue } from "../../../platform/sql/engine";

const sqlTypes = { number: "DOUBLE", category: "VARCHAR", boolean: "BOOLEAN", date: "DOUBLE" } as const;

/** A small definition: the columns given, and what else a definition needs. */
export function definitionOf(
  columns: ModelDefinitionInput["columns"],
  trainer: ModelDefinitionInput["trainer"],
  changes: Partial<ModelDefinitionInput> = {},
): ModelDefinition {
  const target = columns.find(({ role }) => role === "target");
  const task = target?.type === "number" ? "regression" : "classification";
  const gate = { metric: task === "regression" ? "rmse" : "auc" } as const;
  return parseModelDefinition(
    { name: "small", task, data: "data.csv", columns, trainer, gate, ...changes },
    "the test's definition",
  );
}

function sqlValue(value: SqlValue | undefined): string {
  if (value === null || value === undefined) return "NULL";
  if (typeof value === "string") return literal(value);
  return typeof value === "number" ? `CAST('${value}' AS DOUBLE)` : String(value);
}

/** An engine whose table `data` holds the given rows; every fifth is held out. */
export async function openRows(
  { columns }: Pick<ModelDefinition, "columns">,
  rows: readonly SqlRow[],
): Promise<SqlEngine> {
  const engine = await openEngine();
  const typed = columns.map(({ name, type }) => `${identifier(name)} ${sqlTypes[type]}`);
  await engine.run(`CREATE TABLE data (_row BIGINT, _held_out BOOLEAN, ${typed.join(", ")})`);
  const values = rows.map((row, index) => {
    const cells = columns.map(({ name }) => sqlValue(row[name]));
    return `(${index + 1}, ${(index + 1) % 5 === 0}, ${cells.join(", ")})`;
  });
  if (values.length > 0) await engine.run(`INSERT INTO data VALUES ${values.join(", ")}`);
  return engine;
}

/** Five folds of rows in turn, as references of other libraries have them. */
export const foldsInTurn: Folds = {
  count: 5,
  pieces: [],
  piecesOf: () => ({ training: [], validation: 0 }),
  rows: (fold, part) =>
    `(SELECT * FROM data WHERE _row % 5 ${part === "training" ? "<>" : "="} ${fold}) AS rows_of_fold`,
};
