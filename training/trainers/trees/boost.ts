import { setImmediate } from "node:timers/promises";
import type { BinnedRows } from "./bins";
import { distributionOf } from "./distribution";
import { growTree, HistogramPool, leafOf, type Branch, type GrownLeaf, type GrowthRules } from "./grow-tree";
import type { Derivatives } from "./histogram";
import { meanLoss, type Loss, type Targets } from "./losses";

export interface BoostingRules extends GrowthRules {
  readonly loss: Loss;
  readonly learningRate: number;
  readonly maxTrees: number;
  /** Ends when the loss on the rows kept from training has not fallen for so many trees; absent: it never ends early. */
  readonly earlyStoppingTrees?: number | undefined;
}

/** Rows by what they are for; both rising. */
export interface RowSides {
  readonly training: Int32Array;
  /** Kept from training, to see when to stop. */
  readonly validation: Int32Array;
}

export interface Leaf {
  readonly kind: "leaf";
  /** What it adds to the sum. */
  readonly value: number;
  /** Training rows in it. */
  readonly rows: number;
}

export interface Boosted {
  /** What is predicted before any tree, on the scale of the sum. */
  readonly base: number;
  /** Each has a question at least. */
  readonly trees: readonly Branch<Leaf>[];
}

/** A fall of the loss below this is none: scikit-learn's. */
const minFall = 1e-7;

function pick(values: Float64Array, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (row) => values[row] ?? NaN);
}

/** The derivatives of the loss at the sums so far. */
function derive(
  { gradient, hessian }: Loss,
  { target, weights }: Targets,
  raw: Float64Array,
  into: Derivatives,
): void {
  const { gradients, hessians } = into;
  for (let row = 0; row < raw.length; row++) {
    const slope = gradient(target[row] ?? NaN, raw[row] ?? NaN);
    const weight = weights === undefined ? 1 : (weights[row] ?? NaN);
    gradients[row] = weight * slope;
    if (hessians) hessians[row] = weight * (hessian === undefined ? 1 : hessian(target[row] ?? NaN, slope));
  }
}

/** Adds to each row the value of its leaf; the tree that is left holds no rows. */
function settle<Grown extends GrownLeaf | Branch<GrownLeaf>>(
  node: Grown,
  raw: Float64Array,
  valueOf: (leaf: GrownLeaf) => number,
): Grown extends GrownLeaf ? Leaf : Branch<Leaf>;
function settle(
  node: GrownLeaf | Branch<GrownLeaf>,
  raw: Float64Array,
  valueOf: (leaf: GrownLeaf) => number,
): Leaf | Branch<Leaf> {
  if (node.kind === "branch") {
    return { ...node, left: settle(node.left, raw, valueOf), right: settle(node.right, raw, valueOf) };
  }
  const { rows } = node;
  const value = valueOf(node);
  for (const row of rows) raw[row] = (raw[row] ?? NaN) + value;
  return { kind: "leaf", value, rows: rows.length };
}

/** The value of a leaf as the loss wants it, times the learning rate. */
function leafValue(
  leaf: GrownLeaf,
  { loss, learningRate }: BoostingRules,
  { target, weights }: Targets,
  raw: Float64Array,
): number {
  if (loss.leafQuantile === undefined) return learningRate * leaf.value;
  const residuals = Float64Array.from(leaf.rows, (row) => (target[row] ?? NaN) - (raw[row] ?? NaN));
  const quantile = distributionOf(residuals, weights && pick(weights, leaf.rows)).quantile(loss.leafQuantile);
  // A leaf may have rows of weight 0 alone.
  return learningRate * (Number.isNaN(quantile) ? 0 : quantile);
}

/** Says after which tree to stop: when the best loss is so many trees ago. */
class BestSoFar {
  private loss = Infinity;
  /** Trees of the best. */
  trees = 0;

  /** Whether the loss after so many trees is no better than one long enough ago. */
  isOver(loss: number, trees: number, patience: number): boolean {
    if (loss < this.loss - minFall || this.trees === 0) [this.loss, this.trees] = [loss, trees];
    return trees - this.trees >= patience;
  }
}

/**
 * Gradient boosting on histograms (Friedman 2001; growth by leaves as in LightGBM, split rules and defaults as in
 * scikit-learn's HistGradientBoosting). Equal rows in equal order give equal trees. Where it stops early, the trees up
 * to the best loss on the validation rows stay. It stops where the signal aborts, and lets other work go on between
 * trees.
 */
export async function boost(
  binned: BinnedRows,
  targets: Targets,
  { sides, rules, signal }: { sides: RowSides; rules: BoostingRules; signal?: AbortSignal | undefined },
): Promise<Boosted> {
  const { training, validation } = sides;
  const { loss } = rules;
  const base = loss.base({
    target: pick(targets.target, training),
    weights: targets.weights && pick(targets.weights, training),
  });
  const raw = new Float64Array(binned.rows).fill(base);
  const isConstant = loss.hessian === undefined && targets.weights === undefined;
  const derivatives: Derivatives = {
    gradients: new Float32Array(binned.rows),
    ...(!isConstant && { hessians: new Float32Array(binned.rows) }),
  };
  const pool = new HistogramPool(binned, derivatives);
  const trees: Branch<Leaf>[] = [];
  const best = new BestSoFar();
  while (trees.length < rules.maxTrees && signal?.aborted !== true) {
    derive(loss, targets, raw, derivatives);
    const grown = growTree({ binned, derivatives, pool }, training.slice(), rules);
    // No split lowers the loss, nor would any of the next tree.
    if (grown.kind === "leaf") break;
    const tree = settle(grown, raw, (leaf) => leafValue(leaf, rules, targets, raw));
    trees.push(tree);
    for (const row of validation) raw[row] = (raw[row] ?? NaN) + leafOf(tree, binned, row).value;
    if (
      rules.earlyStoppingTrees !== undefined &&
      best.isOver(meanLoss(loss, targets, raw, validation), trees.length, rules.earlyStoppingTrees)
    ) {
      return { base, trees: trees.slice(0, best.trees) };
    }
    await setImmediate();
  }
  return { base, trees: rules.earlyStoppingTrees === undefined ? trees : trees.slice(0, best.trees) };
}
