import type { ColumnDefinition, ModelDefinition } from "../../definition/definition";
import type { Finding } from "../findings";
import type { SqlEngine, SqlValue } from "../../sql/engine";
import { identifier } from "../../sql/engine";
import type { ColumnFacts } from "../column-facts";
import { findExamples, outsideCondition } from "../column-facts";
import { shownValue } from "../../definition/shown-value";
import { notationOf } from "../values/typed-columns";
import { counted, percent, quoted } from "../../base/wording";

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
      found: Pick<Finding, "check" | "message"> & Partial<Pick<Finding, "severity">> & { count: number },
      condition?: string,
    ): Promise<void> => {
      const examples =
        condition === undefined ? undefined : await findExamples(engine, column.name, condition);
      findings.push({ severity: "error", column: column.name, ...found, ...(examples && { examples }) });
    };
    if (fact.mistyped > 0) {
      await add(
        { check: "type", message: typeMessage(fact, definition.format), count: fact.mistyped },
        `r.${name} IS NOT NULL AND d.${name} IS NULL`,
      );
    }
    if (fact.missing > 0 && !column.nullable) {
      const remedy =
        column.role === "feature"
          ? "fill in the values, drop the rows, or make the column nullable"
          : `it is the ${column.role}; fill in the values, or drop the rows`;
      const message = `Column "${column.name}" is empty in ${counted(fact.missing, "row")}. It may not be; ${remedy}.`;
      await add({ check: "missing", message, count: fact.missing }, `r.${name} IS NULL`);
    }
    if (column.nullable && fact.missing > definition.checks.maxMissing * rows) {
      const message = `Column "${column.name}" is empty in ${percent(fact.missing / rows)} of the rows. At most ${percent(definition.checks.maxMissing)} may be (checks.maxMissing); fill in values, or leave the column out.`;
      await add({ check: "missing", message, count: fact.missing });
    }
    if (fact.outside > 0) {
      await add(
        {
          ...(column.outside === "warn" && { severity: "warning" }),
          check: (column.values ?? column.classes) ? "values" : "range",
          message: outsideMessage(fact),
          count: fact.outside,
        },
        outsideCondition(column, `d.${name}`),
      );
    }
  }
  return findings;
}

function typeMessage({ column, mistyped }: ColumnFacts, format: ModelDefinition["format"]): string {
  const missing = column.nullable
    ? "; where a value is missing, the field is empty or has a text that format.missing names"
    : "";
  const remedy =
    column.type === "number"
      ? "Correct the values, or say in the definition's format how they are written"
      : "Correct the values";
  return `Column "${column.name}" holds something other than a ${column.type} in ${counted(mistyped, "row")}. ${notationOf(column.type, format)}${missing}. ${remedy}.`;
}

function outsideMessage({ column, outside, min, max }: ColumnFacts): string {
  const rows = counted(outside, "row");
  const isTaken = column.outside === "warn";
  const allowed = column.values ?? column.classes?.map(String);
  if (allowed) {
    const expected = quoted(allowed, 20);
    if (isTaken)
      return `Column "${column.name}" has a value that the definition does not list in ${rows}. Such a value is taken (outside: "warn"). Listed are ${expected}; add what is right.`;
    const remedy =
      column.role === "target"
        ? "correct the values, drop the rows of other classes, or list those in the definition"
        : "correct the values, or add them to the definition";
    return `Column "${column.name}" has a value that is not allowed in ${rows}. Allowed are ${expected}; ${remedy}.`;
  }
  const shown = (bound: SqlValue | undefined): string => shownValue(column, bound ?? null);
  const reach = column.personal ? "" : ` (it goes from ${shown(min)} to ${shown(max)})`;
  const found = `is outside ${allowedRange(column)} in ${rows}${reach}`;
  return isTaken
    ? `Column "${column.name}" ${found}. Such a value is taken (outside: "warn"); widen the range if it is right.`
    : `Column "${column.name}" ${found}. Correct the values, or widen the range in the definition.`;
}

function allowedRange(column: ColumnDefinition): string {
  const { range, unit } = column;
  if (!range) return "0 and more, as a weight has to be,";
  return `${shownValue(column, range[0])} to ${shownValue(column, range[1])}${unit === undefined ? "" : ` ${unit}`}`;
}
