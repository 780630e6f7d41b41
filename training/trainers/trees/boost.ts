import { setImmediate } from "node:timers/promises";
import type { BinnedRows } from "./bins";
import { distributionOf } from "./distribution";
import { growTree, HistogramPool, leafOf, type Branch, type GrownLeaf, type GrowthRules } from "./grow-tree";
import type { Derivatives } from "./histogram";
import type { Targets } from "./losses";
import { pick, type Objective } from "./objective";

export interface BoostingRules extends GrowthRules {
  /** Where a Newton step says little: the quantile of the residuals that a leaf's value becomes. */
  readonly leafQuantile?: number | undefined;
  readonly learningRate: number;
  /** Of each output. */
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

/** A tree with a question at least, and the output that it adds to. */
export interface GrownTree {
  readonly target: number;
  readonly tree: Branch<Leaf>;
}

export interface Boosted {
  /** What is predicted before any tree, on the scale of the sums, for each output. */
  readonly bases: readonly number[];
  readonly trees: readonly GrownTree[];
}

interface BoostingRequest {
  readonly sides: RowSides;
  readonly rules: BoostingRules;
  readonly objective: Objective;
  readonly signal?: AbortSignal | undefined;
}

/** A smaller fall of the loss counts as none; scikit-learn's value. */
const minFall = 1e-7;

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
  { leafQuantile, learningRate }: BoostingRules,
  { target, weights }: Targets,
  raw: Float64Array,
): number {
  if (leafQuantile === undefined) return learningRate * leaf.value;
  const residuals = Float64Array.from(leaf.rows, (row) => (target[row] ?? NaN) - (raw[row] ?? NaN));
  const quantile = distributionOf(residuals, weights && pick(weights, leaf.rows)).quantile(leafQuantile);
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

/** Trees that were grown from the same derivatives: one for each output, but for those that nothing parts. */
interface Round {
  readonly trees: readonly GrownTree[];
  /** What is added to the base of each output: where there is no tree, as if there were one with a single leaf. */
  readonly shifts: readonly number[];
}

function sumUp(bases: readonly number[], rounds: readonly Round[]): Boosted {
  const trees = rounds.flatMap((round) => round.trees);
  const shifted = bases.map((base, output) =>
    rounds.reduce((sum, { shifts }) => sum + (shifts[output] ?? 0), base),
  );
  return { bases: shifted, trees };
}

/**
 * Gradient boosting on histograms (Friedman 2001; growth by leaves as in LightGBM, split rules and defaults as in
 * scikit-learn's HistGradientBoosting). In each round a tree for each output of the objective. Equal rows in equal order give equal
 * trees. Where it stops early, the trees up to the best loss on the validation rows stay. It stops where the signal aborts, and lets
 * other work go on between trees.
 */
export async function boost(
  binned: BinnedRows,
  targets: Targets,
  { sides, rules, objective, signal }: BoostingRequest,
): Promise<Boosted> {
  const { training, validation } = sides;
  const bases = objective.bases(training);
  const sums = bases.map((base) => new Float64Array(binned.rows).fill(base));
  const derivatives: Derivatives = {
    gradients: new Float32Array(binned.rows),
    ...(!objective.isConstant && { hessians: new Float32Array(binned.rows) }),
  };
  const pool = new HistogramPool(binned, derivatives);
  const rounds: Round[] = [];
  const best = new BestSoFar();
  const growRound = async (): Promise<Round> => {
    const trees: GrownTree[] = [];
    const shifts: number[] = [];
    objective.begin(sums);
    for (const [target, raw] of sums.entries()) {
      objective.derive(target, sums, derivatives);
      const grown = growTree({ binned, derivatives, pool }, training.slice(), rules);
      if (grown.kind === "leaf") {
        shifts[target] = sums.length > 1 ? leafValue(grown, rules, targets, raw) : 0;
        continue;
      }
      const tree = settle(grown, raw, (leaf) => leafValue(leaf, rules, targets, raw));
      for (const row of validation) raw[row] = (raw[row] ?? NaN) + leafOf(tree, binned, row).value;
      trees.push({ target, tree });
      await setImmediate();
    }
    for (const [target, shift] of shifts.entries()) {
      const raw = sums[target];
      if (raw && shift) for (let row = 0; row < raw.length; row++) raw[row] = (raw[row] ?? NaN) + shift;
    }
    return { trees, shifts };
  };
  const patience = rules.earlyStoppingTrees;
  while (rounds.length < rules.maxTrees && signal?.aborted !== true) {
    const round = await growRound();
    // No split lowers the loss, nor would any of the next trees.
    if (round.trees.length === 0) break;
    rounds.push(round);
    if (patience !== undefined && best.isOver(objective.meanLoss(sums, validation), rounds.length, patience))
      break;
  }
  return sumUp(bases, patience === undefined ? rounds : rounds.slice(0, best.trees));
}
