import { formatNumber } from "../../platform/base/format-number";
import type { ModelDefinitionInput } from "../../platform/definition/definition";
import type { AmountFacts, TargetFacts } from "./target-facts";

/** The gate of a draft, and what predicts nothing but the target's mean, median or shares, to which its floors hold. */
export interface Baseline {
  readonly gate: ModelDefinitionInput["gate"];
  readonly comment: string;
}

/** What a model makes small decides by which number it is fair to judge it. */
export type Predicted = "mean" | "median";

/** Rounded up, so that what rounding takes is not asked of a model. */
function roundedUp(value: number): number {
  return Number((Math.ceil(value * 1000) / 1000).toFixed(3));
}

/** The same for amounts, whatever their unit: three significant digits. */
function roundedUpAmount(value: number): number {
  if (!(value > 0)) return 0;
  const unit = 10 ** (Math.floor(Math.log10(value)) - 2);
  return Number((Math.ceil(value / unit) * unit).toPrecision(3));
}

/** The gate of a regression whose target has this standard deviation: r2 is 0 for the mean, whatever the unit. */
export function meanBaseline(deviation: number): Baseline {
  return {
    gate: { metric: "rmse", floors: [{ metric: "r2", min: 0 }] },
    comment: `A model has to do better than the mean, whose r2 is 0 and whose rmse is ${formatNumber(deviation)} on all rows.`,
  };
}

/**
 * The gate of a regression that predicts the median: a few targets far above the others decide a root mean square, and not a mean of
 * distances. Whoever gives every row the median has, on `heldOut` rows, one up to the floor in about 39 of 40 samples.
 */
export function medianBaseline(
  { median, distance }: Pick<AmountFacts, "median" | "distance">,
  heldOut: number,
): Baseline {
  const error = distance.deviation / Math.sqrt(heldOut);
  return {
    gate: {
      metric: "mae",
      floors: [{ metric: "mae", max: roundedUpAmount(distance.mean + 2 * error) }],
    },
    comment: `A model has to do better than the median, ${formatNumber(median)}, whose mae is ${formatNumber(distance.mean)} on all rows.`,
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
        { metric: "auc", min: 0.5 },
        { metric: "logLoss", max: roundedUp(logLoss + 2 * error) },
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
      floors: [{ metric: "logLoss", max: roundedUp(logLoss + 2 * Math.sqrt(variance / heldOut)) }],
    },
    comment: `A model has to do better than the shares of the classes, whose log loss is ${formatNumber(logLoss, 3)}; the largest class alone has an accuracy of ${formatNumber(Math.max(...shares), 3)}.`,
  };
}

/** The gate for a target, of whose rows `testFraction` (0..1) is held out. */
export function baselineOf(
  facts: TargetFacts,
  { testFraction, predicted }: { readonly testFraction: number; readonly predicted: Predicted },
): Baseline {
  const heldOut = Math.max(1, facts.rows * testFraction);
  if (facts.task === "regression") {
    return predicted === "mean" ? meanBaseline(facts.deviation) : medianBaseline(facts, heldOut);
  }
  const shares = facts.classes.map(({ rows }) => rows / facts.rows);
  return shares.length > 2 ? sharesBaseline(shares, heldOut) : shareBaseline(shares[1] ?? NaN, heldOut);
}
