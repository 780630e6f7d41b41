import type { ModelDefinition, ModelDefinitionInput } from "../../platform/definition/definition";
import { targetOf } from "../../platform/definition/definition";
import { classNames } from "../../platform/definition/class-names";
import { formatNumber } from "../../platform/base/format-number";
import type { SqlEngine } from "../../platform/sql/engine";
import { double, identifier, literal } from "../../platform/sql/engine";

/** The gate of a draft, and what predicts nothing but the target's mean or shares, to which its floors hold. */
export interface Baseline {
  readonly gate: ModelDefinitionInput["gate"];
  readonly comment: string;
}

/** Rounded up, so that what rounding takes is not asked of a model. */
function roundedUp(value: number): number {
  return Number((Math.ceil(value * 1000) / 1000).toFixed(3));
}

/** The gate of a regression whose target has this standard deviation: r2 is 0 for the mean, whatever the unit. */
export function meanBaseline(deviation: number): Baseline {
  return {
    gate: { metric: "rmse", floors: [{ metric: "r2", atLeast: 0 }] },
    comment: `A model has to do better than the mean, whose r2 is 0 and whose rmse is ${formatNumber(deviation)} on all rows.`,
  };
}

/**
 * The gate of a classification in which this share of rows is of the positive class. Whoever gives every row that share has an AUC
 * of 0.5 and, on `heldOut` rows, a log loss up to the floor in 39 of 40 samples.
 */
export function shareBaseline(share: number, heldOut: number): Baseline {
  const logLoss = -share * Math.log(share) - (1 - share) * Math.log(1 - share);
  const error =
    (Math.sqrt(share * (1 - share)) * Math.abs(Math.log(share / (1 - share)))) / Math.sqrt(heldOut);
  const accuracy = formatNumber(Math.max(share, 1 - share), 3);
  return {
    gate: {
      metric: "auc",
      floors: [
        { metric: "auc", atLeast: 0.5 },
        { metric: "logLoss", atMost: roundedUp(logLoss + 2 * error) },
      ],
    },
    comment: `A model has to do better than the shares of the classes, whose log loss is ${formatNumber(logLoss, 3)}; the larger class alone has an accuracy of ${accuracy}.`,
  };
}

/**
 * The gate of a classification of more than two classes with these shares of the rows. Whoever gives every row the shares has a log
 * loss that is their entropy and, on `heldOut` rows, one up to the floor in 39 of 40 samples.
 */
function sharesBaseline(all: readonly number[], heldOut: number): Baseline {
  const shares = all.filter((share) => share > 0);
  const logLoss = shares.reduce((sum, share) => sum - share * Math.log(share), 0);
  const variance = shares.reduce((sum, share) => sum + share * (Math.log(share) + logLoss) ** 2, 0);
  return {
    gate: {
      metric: "logLoss",
      floors: [{ metric: "logLoss", atMost: roundedUp(logLoss + 2 * Math.sqrt(variance / heldOut)) }],
    },
    comment: `A model has to do better than the shares of the classes, whose log loss is ${formatNumber(logLoss, 3)}; the largest class alone has an accuracy of ${formatNumber(Math.max(...shares), 3)}.`,
  };
}

/** The baseline of data that was loaded into the table `data`. */
export async function baselineOf(engine: SqlEngine, definition: ModelDefinition): Promise<Baseline> {
  const target = targetOf(definition);
  const { name, type } = target;
  const column = identifier(name);
  if (definition.task === "regression") {
    const [row = {}] = await engine.rows(`SELECT stddev_pop(${column}) AS deviation FROM data`);
    return meanBaseline(Number(row.deviation));
  }
  const classes = classNames(target);
  const conditions = classes.map((each) =>
    typeof each === "number" ? `${column} = ${double(each)}` : `${column} = ${literal(each)}`,
  );
  if (classes.length > 2) {
    const counts = conditions.map((is, index) => `count(CASE WHEN ${is} THEN 1 END) AS c${index}`);
    const [found = {}] = await engine.rows(`SELECT ${counts.join(", ")} FROM data`);
    const sizes = classes.map((_, index) => Number(found[`c${index}`]));
    const rows = sizes.reduce((sum, size) => sum + size, 0);
    return sharesBaseline(
      sizes.map((size) => size / rows),
      Math.max(1, rows * definition.split.testFraction),
    );
  }
  const positive = type === "boolean" ? column : (conditions[1] ?? "");
  const [row = {}] = await engine.rows(
    `SELECT count(*) AS n, count(CASE WHEN ${positive} THEN 1 END) AS hits FROM data`,
  );
  const rows = Number(row.n);
  return shareBaseline(Number(row.hits) / rows, Math.max(1, rows * definition.split.testFraction));
}
