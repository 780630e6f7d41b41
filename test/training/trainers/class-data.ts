import path from "node:path";
import {
  parseModelDefinition,
  type ModelDefinition,
  type ModelDefinitionInput,
} from "../../../platform/definition/definition";
import type { SqlEngine } from "../../../platform/sql/engine";
import { openEngine } from "../../../platform/sql/open-engine";
import { identifier, literal } from "../../../platform/sql/engine";

type Target = Pick<ModelDefinitionInput["columns"][number], "type" | "values" | "classes">;

const folder = path.join(__dirname, "../../e2e/fixtures/classes");
const targets: Readonly<Record<"iris" | "wine" | "digits", Target>> = {
  iris: { type: "category", values: ["setosa", "versicolor", "virginica"] },
  wine: { type: "number", classes: [0, 1, 2] },
  digits: { type: "number", classes: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] },
};

/** A set of scikit-learn's with its definition, in the table `data` with a column of weights, 1, 2 and 3 in turn. */
export async function openClasses(
  name: keyof typeof targets,
  trainer: ModelDefinitionInput["trainer"],
  { weighted = false, target = {} }: { readonly weighted?: boolean; readonly target?: Partial<Target> } = {},
): Promise<{ readonly engine: SqlEngine; readonly definition: ModelDefinition }> {
  const engine = await openEngine();
  const file = literal(path.join(folder, `${name}.csv`));
  const described = await engine.rows(`DESCRIBE SELECT * FROM read_csv(${file})`);
  const features = described
    .map(({ column_name: column }) => String(column))
    .filter((column) => column !== "class");
  const own = { ...targets[name], ...target };
  const definition = parseModelDefinition(
    {
      name,
      task: "classification",
      data: `${name}.csv`,
      columns: [
        ...features.map((column) => ({ name: column, type: "number" as const })),
        ...(weighted ? [{ name: "weight", type: "number" as const, role: "weight" as const }] : []),
        { name: "class", role: "target", ...own },
      ],
      trainer,
      gate: { metric: "logLoss" },
    },
    name,
  );
  const numbers = features.map((column) => `CAST(${identifier(column)} AS DOUBLE) AS ${identifier(column)}`);
  await engine.run(
    `CREATE TABLE data AS SELECT row_number() OVER () AS _row, CAST(1 + (row_number() OVER () - 1) % 3 AS DOUBLE) AS weight,
     row_number() OVER () % 5 = 0 AS _held_out, ${numbers.join(", ")}, CAST(class AS ${own.type === "number" ? "DOUBLE" : "VARCHAR"}) AS class
     FROM read_csv(${file}, all_varchar = true)`,
  );
  return { engine, definition };
}
