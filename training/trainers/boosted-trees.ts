import { PlatformError } from "../../platform/base/errors";
import type { ModelDefinition } from "../../platform/definition/definition";
import type { TrainerSettings } from "../../platform/definition/trainers";
import { signatureOf } from "../../platform/model/signature";
import { treesToOnnx } from "../onnx/tree-graph";
import { notFinite } from "../preprocessing/sql";
import { checkTrainingRows } from "./linear";
import type { FittedModel, Trainer, TrainerInput } from "./trainer";
import { binRows, maxCategories } from "./trees/bins";
import { boost, type RowSides } from "./trees/boost";
import { flattenTrees } from "./trees/flat-trees";
import { lossOf, type Loss } from "./trees/losses";
import { readTreeRows, type TreeRows } from "./trees/read-rows";
import { keepRows } from "./trees/row-sides";

type Settings = TrainerSettings<"boosted-trees">;

/** Above so many training rows a tenth is kept to see when to stop: scikit-learn's number. */
const earlyStoppingRows = 10_000;
const usualPatience = 10;

/** Trees in a row without a gain after which training ends; undefined where it goes to the last. */
export function patienceOf(
  { earlyStoppingTrees }: Pick<Settings, "earlyStoppingTrees">,
  rows: number,
): number | undefined {
  const patience = earlyStoppingTrees ?? (rows > earlyStoppingRows ? usualPatience : 0);
  return patience === 0 ? undefined : patience;
}

function checkTargets({ targets: { target } }: TreeRows, { target: rule, link }: Loss): void {
  const [first = NaN] = target;
  if (link === "log-odds" && target.every((value) => value === first)) {
    throw new PlatformError(
      "TRAINING_FAILED",
      `All training rows are of the ${first > 0 ? "positive" : "negative"} class. Both classes are needed. Add rows of the other one.`,
    );
  }
  if (rule === undefined) return;
  const row = target.findIndex((value) => !rule.isAllowed(value));
  if (row >= 0 || target.every((value) => value === 0)) {
    throw new PlatformError(
      "TRAINING_FAILED",
      `The target is ${target[Math.max(row, 0)]} in a training row. This loss is for targets that are ${rule.allowed}. Correct the data, or choose another loss.`,
    );
  }
}

function sidesOf(
  { rows, targets }: TreeRows,
  { task, split }: ModelDefinition,
  { patience, fraction }: { patience: number | undefined; fraction: number },
): RowSides {
  const isParted = patience !== undefined;
  // Numbers have no groups.
  const groups = task === "classification" ? targets.target : new Uint8Array(rows);
  const sides = keepRows(groups, { fraction: isParted ? fraction : 0, seed: split.seed });
  if (!isParted || (sides.validation.length > 0 && sides.training.length > 0)) return sides;
  throw new PlatformError(
    "TRAINING_FAILED",
    `Of ${rows} training rows, a share of ${fraction} leaves none to train on or none to see when to stop. Change the trainer's validationFraction, or set earlyStoppingTrees to 0.`,
  );
}

async function fitTrees(input: TrainerInput, settings: Settings): Promise<FittedModel> {
  const { engine, definition, from, signal } = input;
  await checkTrainingRows(engine, definition, from);
  const data = await readTreeRows(engine, definition, { from, monotone: settings.monotone });
  const loss = lossOf(
    settings.loss ?? (definition.task === "classification" ? "log" : "squared"),
    settings.quantile,
  );
  checkTargets(data, loss);
  const patience = patienceOf(settings, data.rows);
  const sides = sidesOf(data, definition, { patience, fraction: settings.validationFraction });
  const { targets } = data;
  const binned = binRows(data.rows, data.columns, { training: sides.training, weights: targets.weights });
  const { base, trees } = await boost(binned, targets, {
    sides,
    rules: { ...settings, loss, earlyStoppingTrees: patience },
    signal,
  });
  if (trees.length === 0 && signal?.aborted !== true) throw noTree(data.rows, settings);
  const parameters = {
    signature: signatureOf(definition),
    link: loss.link,
    base,
    features: data.features,
    trees: flattenTrees(trees, binned.features),
  };
  if (![base, ...parameters.trees.leafValues].every(Number.isFinite)) throw notFinite("A leaf's value");
  return {
    onnx: treesToOnnx(parameters),
    trees: parameters,
    warnings: data.truncated.map(
      (name) =>
        `Column "${name}" has more than ${maxCategories} values; trees tell the most frequent apart and treat the others as missing. Group its rare values if that matters.`,
    ),
  };
}

function noTree(rows: number, { minLeafRows }: Settings): PlatformError {
  return new PlatformError(
    "TRAINING_FAILED",
    `No feature parts the ${rows} training rows in a way that predicts the target better, with ${minLeafRows} rows in each leaf. Give more rows, other features, or a smaller minLeafRows.`,
  );
}

export const boostedTrees: Trainer<"boosted-trees"> = { fit: fitTrees };
