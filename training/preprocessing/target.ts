import { targetOf, type ModelDefinition } from "../../platform/definition/definition";
import { identifier, literal } from "../../platform/sql/engine";
import { double } from "./sql";

/** The column that says what a row counts, as SQL; undefined when all count the same. */
export function weightOf({ columns }: ModelDefinition): string | undefined {
  const weight = columns.find(({ role }) => role === "weight");
  return weight && identifier(weight.name);
}

/** The target as a number: itself, or 1 for the positive class and 0 for the other. */
export function targetSql(definition: ModelDefinition): string {
  const target = targetOf(definition);
  const column = identifier(target.name);
  if (definition.task === "regression") return column;
  const positive =
    target.type === "category" ? `${column} = ${literal(target.values?.at(-1) ?? "")}` : column;
  return `CASE WHEN ${positive} THEN ${double(1)} ELSE ${double(0)} END`;
}
