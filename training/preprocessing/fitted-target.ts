import { PlatformError } from "../../platform/base/errors";
import { targetOf, type ModelDefinition } from "../../platform/definition/definition";
import type { TrainerSettings } from "../../platform/definition/trainers";
import { transformed, type TargetTransform } from "../../platform/model/target-transform";
import { arithmeticSql } from "../../platform/sql/arithmetic-sql";
import type { SqlEngine } from "../../platform/sql/engine";
import { fitPower } from "./fit-power";
import { aggregate } from "./sql";
import { targetSql } from "./target";

/** What a linear model is fitted to in place of the target; the target itself when absent. */
export type TargetMethod = TrainerSettings<"ridge">["targetTransform"];

/** What is fitted, as SQL, and the way back to the target where it has parameters. */
interface FittedTarget {
  readonly sql: string;
  readonly transform?: TargetTransform;
}

/** Finds what the target becomes, by the training rows; throws TRAINING_FAILED for targets that the method is not for. */
export async function fitTarget(
  engine: SqlEngine,
  definition: ModelDefinition,
  from: string,
  method: TargetMethod,
): Promise<FittedTarget> {
  const target = targetSql(definition);
  if (method === undefined) return { sql: target };
  if (method === "log") {
    await requirePositive(engine, target, from);
    return { sql: whereAbove0(target, `ln(${target})`) };
  }
  const transform = await fitPower(engine, { from, target }, method);
  const sql = arithmeticSql(transformed(transform, targetOf(definition).name));
  return { sql: method === "box-cox" ? whereAbove0(target, sql) : sql, transform };
}

/** What is there of targets above 0 alone; NULL of the others, as rows that are not trained on may have. */
function whereAbove0(target: string, sql: string): string {
  return `CASE WHEN ${target} > 0 THEN ${sql} END`;
}

/** The logarithm is there of what is above 0 alone. */
async function requirePositive(engine: SqlEngine, target: string, from: string): Promise<void> {
  const [others = 0, least = NaN] = await aggregate(engine, from, [
    `count(CASE WHEN NOT ${target} > 0 THEN 1 END)`,
    `min(${target})`,
  ]);
  if (others === 0) return;
  throw new PlatformError(
    "TRAINING_FAILED",
    `The target is ${least} in a training row, and not above 0 in ${others}. targetTransform "log" is for targets above 0. Correct the data, leave targetTransform out, or train trees with the loss "poisson".`,
  );
}
