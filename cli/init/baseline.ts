import type { ModelDefinition, ModelDefinitionInput } from "../../platform/definition/definition";
import { targetOf } from "../../platform/definition/definition";
import { formatNumber } from "../../platform/base/format-number";
import type { SqlEngine } from "../../platform/sql/engine";
import { identifier, literal } from "../../platform/sql/engine";

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

/** The baseline of data that was loaded into the table `data`. */
export async function baselineOf(engine: SqlEngine, definition: ModelDefinition): Promise<Baseline> {
  const { name, type, values } = targetOf(definition);
  const column = identifier(name);
  if (definition.task === "regression") {
    const [row = {}] = await engine.rows(`SELECT stddev_pop(${column}) AS deviation FROM data`);
    return meanBaseline(Number(row.deviation));
  }
  const positive = type === "boolean" ? column : `${column} = ${literal(values?.at(-1) ?? "")}`;
  const [row = {}] = await engine.rows(
    `SELECT count(*) AS n, count(CASE WHEN ${positive} THEN 1 END) AS hits FROM data`,
  );
  const rows = Number(row.n);
  return shareBaseline(Number(row.hits) / rows, Math.max(1, rows * definition.split.testFraction));
}
