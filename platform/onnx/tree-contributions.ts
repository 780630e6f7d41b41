import type { Forest } from "./forest";
import type { TreeParameters } from "./tree-parameters";

/** Training rows at each node, from those of the leaves below it. */
function rowsAtNodes({ trees }: TreeParameters): Float64Array {
  const rows = new Float64Array(trees.features.length);
  const below = (child: number): number => (child < 0 ? trees.leafRows[~child] : rows[child]) ?? NaN;
  // Children come after their parents.
  for (let node = rows.length - 1; node >= 0; node--) {
    rows[node] = below(trees.left[node] ?? 0) + below(trees.right[node] ?? 0);
  }
  return rows;
}

/** The longest way from a root to a leaf, in nodes. */
function depthOf({ trees }: TreeParameters): number {
  const depths = new Int32Array(trees.features.length).fill(1);
  let deepest = 1;
  for (let node = 0; node < depths.length; node++) {
    const depth = depths[node] ?? 0;
    deepest = Math.max(deepest, depth);
    for (const child of [trees.left[node] ?? -1, trees.right[node] ?? -1]) {
      if (child >= 0) depths[child] = depth + 1;
    }
  }
  return deepest;
}

/** A feature on the way to a node: shares of rows that pass with it unknown and with it known. */
interface Step {
  readonly feature: number;
  readonly unknown: number;
  readonly known: number;
}

/**
 * TreeSHAP (Lundberg et al. 2020, algorithm 2, path-dependent): exact Shapley values of the features of a row in the time
 * of leaves × depth². The way to a node is kept as the features on it with, for each number of known ones among them, the
 * weight of its subsets.
 */
export class TreeContributions {
  /** The mean of the trees over the training rows, of logits for each class. */
  readonly bases: readonly number[];
  private readonly rows: Float64Array;
  /** Ways, one for each depth behind each other. */
  private readonly feature: Int32Array;
  private readonly unknown: Float64Array;
  private readonly known: Float64Array;
  private readonly weight: Float64Array;
  private values: Float64Array = new Float64Array();
  private offset = 0;
  private target = 0;
  private sums: Float64Array = new Float64Array();

  constructor(
    private readonly parameters: TreeParameters,
    private readonly forest: Forest,
  ) {
    this.rows = rowsAtNodes(parameters);
    const longest = depthOf(parameters) + 2;
    const size = (longest * (longest + 1)) / 2;
    this.feature = new Int32Array(size);
    this.unknown = new Float64Array(size);
    this.known = new Float64Array(size);
    this.weight = new Float64Array(size);
    const { bases, trees } = parameters;
    const means = [...bases];
    trees.roots.forEach((root, tree) => {
      const target = trees.targets[tree] ?? 0;
      means[target] = (means[target] ?? NaN) + this.meanBelow(root);
    });
    this.bases = means;
  }

  /** Adds to `sums`, laid out as the contributions of an explanation, what each feature of the row that begins at `offset` says. */
  addRow(values: Float64Array, offset: number, sums: Float64Array): void {
    this.values = values;
    this.offset = offset;
    this.sums = sums;
    const { roots, targets } = this.parameters.trees;
    for (let tree = 0; tree < roots.length; tree++) {
      this.target = targets[tree] ?? 0;
      this.walk(roots[tree] ?? -1, 0, 0, { feature: -1, unknown: 1, known: 1 });
    }
  }

  private meanBelow(child: number): number {
    const { trees } = this.parameters;
    if (child < 0) return trees.leafValues[~child] ?? NaN;
    const [left, right] = [trees.left[child] ?? -1, trees.right[child] ?? -1];
    return (
      (this.rowsOf(left) * this.meanBelow(left) + this.rowsOf(right) * this.meanBelow(right)) /
      this.rowsOf(child)
    );
  }

  private rowsOf(child: number): number {
    return (child < 0 ? this.parameters.trees.leafRows[~child] : this.rows[child]) ?? NaN;
  }

  /** Adds what the leaves below a child say. The way before it has `length` steps from `start`. */
  private walk(child: number, before: number, length: number, step: Step): void {
    const { trees } = this.parameters;
    const start = before + length;
    this.feature.copyWithin(start, before, start);
    this.unknown.copyWithin(start, before, start);
    this.known.copyWithin(start, before, start);
    this.weight.copyWithin(start, before, start);
    this.extend(start, length, step);
    let end = length + 1;
    if (child < 0) {
      const value = trees.leafValues[~child] ?? NaN;
      for (let index = 1; index < end; index++) {
        const at = (this.offset + (this.feature[start + index] ?? 0)) * this.bases.length + this.target;
        const share = (this.known[start + index] ?? NaN) - (this.unknown[start + index] ?? NaN);
        this.sums[at] = (this.sums[at] ?? NaN) + this.weightWithout(start, end, index) * share * value;
      }
      return;
    }
    const left = this.forest.goesLeft(child, this.values, this.offset);
    const [hot = -1, cold = -1] = left
      ? [trees.left[child], trees.right[child]]
      : [trees.right[child], trees.left[child]];
    const feature = trees.features[child] ?? 0;
    let [unknown, known] = [1, 1];
    for (let index = 1; index < end; index++) {
      if (this.feature[start + index] !== feature) continue;
      // The feature has been asked for before: both answers count as one step.
      [unknown, known] = [this.unknown[start + index] ?? NaN, this.known[start + index] ?? NaN];
      this.unwind(start, end, index);
      end -= 1;
      break;
    }
    const all = this.rowsOf(child);
    this.walk(hot, start, end, { feature, unknown: (unknown * this.rowsOf(hot)) / all, known });
    this.walk(cold, start, end, { feature, unknown: (unknown * this.rowsOf(cold)) / all, known: 0 });
  }

  /** Adds a step at the end of a way of `length`. */
  private extend(start: number, length: number, { feature, unknown, known }: Step): void {
    const { weight } = this;
    this.feature[start + length] = feature;
    this.unknown[start + length] = unknown;
    this.known[start + length] = known;
    weight[start + length] = length === 0 ? 1 : 0;
    for (let index = length - 1; index >= 0; index--) {
      const own = weight[start + index] ?? NaN;
      weight[start + index + 1] =
        (weight[start + index + 1] ?? NaN) + (known * own * (index + 1)) / (length + 1);
      weight[start + index] = (unknown * own * (length - index)) / (length + 1);
    }
  }

  /** Takes a step out of a way of `length`. */
  private unwind(start: number, length: number, step: number): void {
    const { weight } = this;
    const [unknown, known] = [this.unknown[start + step] ?? NaN, this.known[start + step] ?? NaN];
    let next = weight[start + length - 1] ?? NaN;
    for (let index = length - 2; index >= 0; index--) {
      const own = weight[start + index] ?? NaN;
      if (known === 0) {
        weight[start + index] = (own * length) / (unknown * (length - 1 - index));
        continue;
      }
      weight[start + index] = (next * length) / ((index + 1) * known);
      next = own - ((weight[start + index] ?? NaN) * unknown * (length - 1 - index)) / length;
    }
    for (let index = step; index < length - 1; index++) {
      this.feature[start + index] = this.feature[start + index + 1] ?? 0;
      this.unknown[start + index] = this.unknown[start + index + 1] ?? NaN;
      this.known[start + index] = this.known[start + index + 1] ?? NaN;
    }
  }

  /** The sum of the weights of a way of `length` with one step taken out. */
  private weightWithout(start: number, length: number, step: number): number {
    const { weight } = this;
    const [unknown, known] = [this.unknown[start + step] ?? NaN, this.known[start + step] ?? NaN];
    let total = 0;
    let next = weight[start + length - 1] ?? NaN;
    for (let index = length - 2; index >= 0; index--) {
      const own = weight[start + index] ?? NaN;
      if (known === 0) {
        total += (own * length) / (unknown * (length - 1 - index));
        continue;
      }
      const without = (next * length) / ((index + 1) * known);
      total += without;
      next = own - (without * unknown * (length - 1 - index)) / length;
    }
    return total;
  }
}
