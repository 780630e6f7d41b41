import path from "node:path";
import diabetesDefinition from "../../models/diabetes/model";
import titanicDefinition from "../../models/titanic/model";
import {
  parseModelDefinition,
  type ModelDefinition,
  type ModelDefinitionInput,
} from "../../platform/definition/definition";
import { decideSplitRule, type SplitRule } from "../../platform/data/split/split-rule";
import type { SqlEngine } from "../../platform/sql/engine";
import { openEngine } from "../../platform/sql/open-engine";
import { identifier, literal } from "../../platform/sql/engine";

export const modelsFolder = path.join(__dirname, "../../models");

/** A shipped definition with some of its parts replaced. */
export function shippedDefinition(
  name: "diabetes" | "titanic",
  changes: Partial<ModelDefinitionInput> = {},
): ModelDefinition {
  const shipped = name === "diabetes" ? diabetesDefinition : titanicDefinition;
  return parseModelDefinition({ ...shipped, ...changes }, name);
}

const sqlTypes = { number: "DOUBLE", category: "VARCHAR", boolean: "BOOLEAN", date: "DOUBLE" } as const;

/** The split of data that has the columns of a definition. */
export function splitOf(definition: ModelDefinition): SplitRule {
  return decideSplitRule(
    definition,
    definition.columns.map(({ name }) => name),
  );
}

/** An engine whose table `data` holds a CSV file's rows, typed; every fifth row is held out. */
async function openData(definition: ModelDefinition, file: string): Promise<SqlEngine> {
  const engine = await openEngine();
  const columns = definition.columns
    .filter(({ role }) => role !== "weight")
    .map(({ name, type }) => `CAST(${identifier(name)} AS ${sqlTypes[type]}) AS ${identifier(name)}`);
  await engine.run(
    `CREATE TABLE data AS SELECT row_number() OVER () AS _row, 1 + (row_number() OVER () - 1) % 3 AS weight,
     row_number() OVER () % 5 = 0 AS _held_out, ${columns.join(", ")}
     FROM read_csv(${literal(file)}, all_varchar = true)`,
  );
  await engine.run("CREATE VIEW loaded AS SELECT * FROM data");
  return engine;
}

export async function openShippedData(definition: ModelDefinition): Promise<SqlEngine> {
  return openData(definition, path.join(modelsFolder, definition.name, "data.csv"));
}
