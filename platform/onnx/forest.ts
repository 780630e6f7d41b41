import { otherCategory, type TreeParameters, type Trees } from "./tree-parameters";

/** Trees laid out for walking: a row is a number per feature, a category's is its code. */
export class Forest {
  readonly features: number;
  /** Where the set of a node begins in `members`; -1 for a node that asks for a number. */
  private readonly sets: Int32Array;
  /** 1 for each code that is in a set, set after set. */
  private readonly members: Uint8Array;
  private readonly bases: readonly number[];
  private readonly trees: Trees;

  constructor({ features, trees, bases }: TreeParameters) {
    this.bases = bases;
    this.trees = trees;
    this.features = features.length;
    const sizes = features.map(({ values = [] }) => values.length + otherCategory + 1);
    this.sets = new Int32Array(trees.features.length).fill(-1);
    let size = 0;
    for (const node of trees.categories.keys()) {
      this.sets[node] = size;
      size += sizes[trees.features[node] ?? -1] ?? 0;
    }
    this.members = new Uint8Array(size);
    for (const [node, codes] of trees.categories) {
      for (const code of codes) this.members[(this.sets[node] ?? 0) + code] = 1;
    }
  }

  /** Whether the row that begins at `offset` goes left at a node. */
  goesLeft(node: number, values: Float64Array, offset: number): boolean {
    const { features, thresholds, missingLeft } = this.trees;
    const value = values[offset + (features[node] ?? 0)] ?? NaN;
    const set = this.sets[node] ?? -1;
    if (set >= 0) return this.members[set + value] === 1;
    return value <= (thresholds[node] ?? NaN) || (Number.isNaN(value) && missingLeft[node] === 1);
  }

  /**
   * The sum of the trees and the base for each row, of logits one for each class, in the order in which onnxruntime adds them up.
   * Tree by tree for all rows, a tree's nodes stay in the cache.
   */
  sums(values: Float64Array, rows: number): Float64Array {
    // The loop below is where the time of a prediction goes: it has what it reads at hand, and calls nothing.
    const { roots, targets, left, right, leafValues, features: asked, thresholds, missingLeft } = this.trees;
    const { features, sets, members, bases } = this;
    const width = bases.length;
    const size = rows * width;
    const sums = new Float64Array(size);
    for (let tree = 0; tree < roots.length; tree++) {
      const root = roots[tree] ?? -1;
      for (let at = targets[tree] ?? 0, offset = 0; at < size; at += width, offset += features) {
        let node = root;
        while (node >= 0) {
          const value = values[offset + (asked[node] ?? 0)] ?? NaN;
          const set = sets[node] ?? -1;
          const isLeft =
            set < 0
              ? value <= (thresholds[node] ?? NaN) || (value !== value && missingLeft[node] === 1)
              : members[set + value] === 1;
          node = (isLeft ? left[node] : right[node]) ?? -1;
        }
        sums[at] = (sums[at] ?? NaN) + (leafValues[~node] ?? NaN);
      }
    }
    for (let target = 0; target < width; target++) {
      const base = bases[target] ?? NaN;
      for (let at = target; at < size; at += width) sums[at] = (sums[at] ?? NaN) + base;
    }
    return sums;
  }
}
