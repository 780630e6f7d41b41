import type { ClassWeight } from "../../platform/definition/class-weight";
import { classTexts } from "../../platform/definition/class-names";
import { targetOf, type ModelDefinition } from "../../platform/definition/definition";
import type { SqlEngine } from "../../platform/sql/engine";
import { aggregate, double } from "./sql";
import { targetSql, weightOf } from "./target";

/**
 * What each class counts, by its position, from what its training rows weigh together; NaN and 0 are classes without rows. Balanced:
 * the mean weight of a class that has rows, divided by its own, as scikit-learn's `class_weight="balanced"`; then each class has the
 * same share of the training rows, whose total weight stays.
 */
export function classFactors(
  classWeight: ClassWeight,
  { classes, totals }: { readonly classes: readonly string[]; readonly totals: readonly number[] },
): number[] {
  if (classWeight !== "balanced") return classes.map((name) => classWeight[name] ?? 1);
  const seen = totals.filter((total) => total > 0);
  const mean = seen.reduce((sum, total) => sum + total, 0) / seen.length;
  return totals.map((total) => (total > 0 ? mean / total : 1));
}

/**
 * What a row counts in training, as SQL: its weight times what its class counts. Undefined when all rows count the same. Metrics do
 * not go by classes: they count a row by its weight alone.
 */
export async function trainingWeight(
  engine: SqlEngine,
  definition: ModelDefinition,
  from: string,
): Promise<string | undefined> {
  const { trainer } = definition;
  const own = weightOf(definition);
  const classWeight = "classWeight" in trainer ? trainer.classWeight : undefined;
  if (classWeight === undefined) return own;
  const target = targetSql(definition);
  const classes = classTexts(targetOf(definition));
  const totals = await aggregate(
    engine,
    from,
    classes.map((_, name) => `sum(CASE WHEN ${target} = ${double(name)} THEN ${own ?? double(1)} END)`),
  );
  const cases = classFactors(classWeight, { classes, totals }).map(
    (factor, name) => `WHEN ${double(name)} THEN ${double(factor)}`,
  );
  const ofClass = `CASE ${target} ${cases.join(" ")} END`;
  return own === undefined ? ofClass : `(${own} * ${ofClass})`;
}
