import { classNames } from "../../definition/class-names";
import { targetOf, type ModelDefinition } from "../../definition/definition";
import { quoted } from "../../base/wording";
import type { SqlEngine } from "../../sql/engine";
import { identifier } from "../../sql/engine";
import type { Finding } from "../findings";

/** A class with fewer rows than this is hardly on both sides of a split. */
const minClassRows = 10;

/** Classes that no row of the table `data` has, and such as have few: what is learned of them is little, and what is measured less. */
export async function checkClassSizes(engine: SqlEngine, definition: ModelDefinition): Promise<Finding[]> {
  if (definition.task !== "classification") return [];
  const target = targetOf(definition);
  const column = identifier(target.name);
  const found = await engine.rows(
    `SELECT ${column} AS v, count(*) AS n FROM data WHERE ${column} IS NOT NULL GROUP BY ${column}`,
  );
  const sizes = new Map(found.map(({ v, n }) => [typeof v === "boolean" ? Number(v) : v, Number(n)]));
  const sizeOf = (name: string | number): number => sizes.get(name) ?? 0;
  const classes = classNames(target);
  const empty = classes.filter((name) => sizeOf(name) === 0).map(String);
  const few = classes
    .filter((name) => sizeOf(name) > 0 && sizeOf(name) < minClassRows)
    .map((name) => `${name} (${sizeOf(name)})`);
  const finding = (message: string): Finding => ({
    severity: "warning",
    check: "classes",
    column: target.name,
    message,
  });
  return [
    ...(empty.length > 0
      ? [
          finding(
            `No row of the target "${target.name}" is of the class ${quoted(empty)}, which is never predicted. Add rows of it, or take it out of the definition.`,
          ),
        ]
      : []),
    ...(few.length > 0
      ? [
          finding(
            `The target "${target.name}" has classes with fewer than ${minClassRows} rows: ${few.slice(0, 10).join(", ")}${few.length > 10 ? ` and ${few.length - 10} more` : ""}. They may be on one side of the split alone. Add rows, or merge rare classes.`,
          ),
        ]
      : []),
  ];
}
