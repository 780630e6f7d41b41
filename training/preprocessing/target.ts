import { classNames, severalClasses, type ClassName } from "../../platform/definition/class-names";
import { targetOf, type ModelDefinition } from "../../platform/definition/definition";
import { identifier, literal } from "../../platform/sql/engine";
import { double } from "./sql";

/** The column that says what a row counts, as SQL; undefined when all count the same. */
export function weightOf({ columns }: ModelDefinition): string | undefined {
  const weight = columns.find(({ role }) => role === "weight");
  return weight && identifier(weight.name);
}

/** The target as a number: itself, 1 for the positive class of two and 0 for the other, or the position of the class among more. */
export function targetSql(definition: ModelDefinition): string {
  const target = targetOf(definition);
  const column = identifier(target.name);
  if (definition.task === "regression") return column;
  const classes = classNames(target);
  const several = severalClasses(classes);
  if (several) {
    const cases = several.map((name, position) => `WHEN ${classSql(name)} THEN ${double(position)}`);
    return `CASE ${column} ${cases.join(" ")} END`;
  }
  const positive = target.type === "boolean" ? column : `${column} = ${classSql(classes[1])}`;
  return `CASE WHEN ${positive} THEN ${double(1)} ELSE ${double(0)} END`;
}

/** What a category is encoded by: the target as a number, or of more than two classes, for each, whether a row is of it. */
export function encodingTargets(definition: ModelDefinition): readonly string[] {
  const target = targetOf(definition);
  const several = definition.task === "classification" ? severalClasses(classNames(target)) : undefined;
  if (!several) return [targetSql(definition)];
  const column = identifier(target.name);
  return several.map(
    (name) => `CASE WHEN ${column} = ${classSql(name)} THEN ${double(1)} ELSE ${double(0)} END`,
  );
}

/** A class as SQL. */
function classSql(name: ClassName): string {
  return typeof name === "number" ? double(name) : literal(name);
}
