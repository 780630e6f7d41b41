import { PlatformError } from "../../platform/base/errors";
import { severalClasses } from "../../platform/definition/class-names";
import type { ModelDefinition } from "../../platform/definition/definition";
import type { TrainerSettings } from "../../platform/definition/trainers";
import { signatureOf } from "../../platform/model/signature";
import type { TreeLink } from "../../platform/onnx/tree-parameters";
import { treesToOnnx } from "../onnx/tree-graph";
import { notFinite } from "../preprocessing/sql";
import { encodingTargets } from "../preprocessing/target";
import { encodeByTarget } from "../preprocessing/target-encoding";
import { checkTrainingRows } from "./check-rows";
import type { FittedModel, Trainer, TrainerInput } from "./trainer";
import { binRows, maxCategories } from "./trees/bins";
import { boost, type RowSides } from "./trees/boost";
import { flattenTrees } from "./trees/flat-trees";
import { lossOf, type Loss, type Targets } from "./trees/losses";
import { objectiveOf, type Objective } from "./trees/objective";
import { softmaxObjective } from "./trees/softmax-objective";
import { readTreeRows, type TreeRows } from "./trees/read-rows";
import { keepRows } from "./trees/row-sides";
import { checkSeenClasses } from "./unseen-class";

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

/** Throws where targets cannot be learned from. */
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

/** What the trees make small, by the task and the settings. */
interface Goal {
  readonly link: TreeLink;
  readonly leafQuantile?: number | undefined;
  /** What a person should know of the targets: whole sentences. */
  readonly warnings: readonly string[];
  readonly objectiveFor: (targets: Targets) => Objective;
}

function goalOf(definition: ModelDefinition, settings: Settings, data: TreeRows): Goal {
  const classes = severalClasses(signatureOf(definition).target.classes);
  if (classes) {
    const seen = new Set(data.targets.target);
    return {
      link: "logits",
      warnings: checkSeenClasses(definition, (position) => seen.has(position)),
      objectiveFor: (targets) => softmaxObjective(classes.length, targets),
    };
  }
  const loss = lossOf(
    settings.loss ?? (definition.task === "classification" ? "log" : "squared"),
    settings.quantile,
  );
  checkTargets(data, loss);
  return {
    link: loss.link,
    leafQuantile: loss.leafQuantile,
    warnings: [],
    objectiveFor: (targets) => objectiveOf(loss, targets),
  };
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

async function readRows(
  { engine, definition, from }: TrainerInput,
  { monotone }: Settings,
): Promise<TreeRows & { readonly warnings: readonly string[] }> {
  const encoded = await encodeByTarget(engine, definition, { from, targets: encodingTargets(definition) });
  try {
    const { encodings } = encoded ?? {};
    const data = await readTreeRows(engine, definition, { from: encoded?.from ?? from, monotone, encodings });
    return { ...data, warnings: encoded?.warnings ?? [] };
  } finally {
    await encoded?.drop();
  }
}

async function fitTrees(input: TrainerInput, settings: Settings): Promise<FittedModel> {
  const { engine, definition, from, signal } = input;
  await checkTrainingRows(engine, definition, from);
  const data = await readRows(input, settings);
  const { link, leafQuantile, warnings, objectiveFor } = goalOf(definition, settings, data);
  const patience = patienceOf(settings, data.rows);
  const sides = sidesOf(data, definition, { patience, fraction: settings.validationFraction });
  const { targets } = data;
  const binned = binRows(data.rows, data.columns, { training: sides.training, weights: targets.weights });
  const { bases, trees } = await boost(binned, targets, {
    sides,
    rules: { ...settings, leafQuantile, earlyStoppingTrees: patience },
    objective: objectiveFor(targets),
    signal,
  });
  if (trees.length === 0 && signal?.aborted !== true) throw noTree(data.rows, settings);
  const parameters = {
    signature: signatureOf(definition),
    link,
    bases,
    features: data.features,
    trees: flattenTrees(trees, binned.features),
  };
  if (![...bases, ...parameters.trees.leafValues].every(Number.isFinite)) throw notFinite("A leaf's value");
  return {
    onnx: treesToOnnx(parameters),
    trees: parameters,
    warnings: [
      ...warnings,
      ...data.warnings,
      ...data.truncated.map(
        (name) =>
          `Column "${name}" has more than ${maxCategories} values; trees tell the most frequent apart and treat the others as missing. Group its rare values if that matters.`,
      ),
    ],
  };
}

function noTree(rows: number, { minLeafRows }: Settings): PlatformError {
  return new PlatformError(
    "TRAINING_FAILED",
    `No feature parts the ${rows} training rows in a way that predicts the target better, with ${minLeafRows} rows in each leaf. Give more rows, other features, or a smaller minLeafRows.`,
  );
}

export const boostedTrees: Trainer<"boosted-trees"> = { fit: fitTrees };
