import type { ColumnDefinition, ModelDefinition } from "../definition/definition";
import type { Finding } from "./findings";
import type { SqlEngine } from "../sql/engine";
import { identifier } from "../sql/engine";
import type { ColumnFacts } from "./column-facts";
import { findExamples, outsideCondition } from "./column-facts";
import { notations } from "./typed-columns";
import { counted, percent, quoted } from "../base/wording";

/** Checks each column's values by themselves: types, missing values, ranges and allowed values. */
export async function checkValues(
  engine: SqlEngine,
  definition: ModelDefinition,
  facts: readonly ColumnFacts[],
  rows: number,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const fact of facts) {
    const { column } = fact;
    const name = identifier(column.name);
    const add = async (
      found: { check: string; message: string; count: number },
      condition?: string,
    ): Promise<void> => {
      const examples =
        condition === undefined ? undefined : await findExamples(engine, column.name, condition);
      findings.push({ severity: "error", column: column.name, ...found, ...(examples && { examples }) });
    };
    if (fact.mistyped > 0) {
      await add(
        { check: "type", message: typeMessage(fact), count: fact.mistyped },
        `r.${name} IS NOT NULL AND d.${name} IS NULL`,
      );
    }
    if (fact.missing > 0 && !column.nullable) {
      const message = `Column "${column.name}" is empty in ${counted(fact.missing, "row")}. It may not be; fill in the values, drop the rows, or make the column nullable.`;
      await add({ check: "missing", message, count: fact.missing }, `r.${name} IS NULL`);
    }
    if (column.nullable && fact.missing > definition.checks.maxMissing * rows) {
      const message = `Column "${column.name}" is empty in ${percent(fact.missing / rows)} of the rows. At most ${percent(definition.checks.maxMissing)} may be (checks.maxMissing); fill in values, or leave the column out.`;
      await add({ check: "missing", message, count: fact.missing });
    }
    if (fact.outside > 0) {
      await add(
        { check: column.values ? "values" : "range", message: outsideMessage(fact), count: fact.outside },
        outsideCondition(column, `d.${name}`),
      );
    }
  }
  return findings;
}

function typeMessage({ column, mistyped }: ColumnFacts): string {
  const missing = column.nullable ? "; leave the field empty where the value is missing" : "";
  return `Column "${column.name}" holds something other than a ${column.type} in ${counted(mistyped, "row")}. ${notations[column.type]}${missing}. Correct the values.`;
}

function outsideMessage({ column, outside, min, max }: ColumnFacts): string {
  if (column.values) {
    // Another class is nothing that a definition could allow: its target is a number, or two classes.
    const remedy =
      column.role === "target"
        ? "a classification tells two classes apart; correct the values, merge classes, or drop the rows of others"
        : "correct the values, or add them to the definition";
    return `Column "${column.name}" has a value that is not allowed in ${counted(outside, "row")}. Allowed are ${quoted(column.values, 20)}; ${remedy}.`;
  }
  const found = `${String(min)} to ${String(max)}`;
  return `Column "${column.name}" is outside ${allowedRange(column)} in ${counted(outside, "row")} (it goes from ${found}). Correct the values, or widen the range in the definition.`;
}

function allowedRange({ range, unit }: ColumnDefinition): string {
  if (!range) return "0 and more, as a weight has to be,";
  return `${range[0]} to ${range[1]}${unit === undefined ? "" : ` ${unit}`}`;
}
