import { binCount, missingNumber, type BinnedRows } from "./bins";
import {
  emptyHistogram,
  fillHistogram,
  subtractHistogram,
  totalOf,
  type Derivatives,
  type NodeHistogram,
} from "./histogram";
import { unbounded, valueOf, type Node, type Question, type SplitRules } from "./node";
import { findSplit, type Split } from "./split";

export interface GrowthRules extends SplitRules {
  readonly maxLeaves: number;
}

/** A leaf as it was grown. */
export interface GrownLeaf {
  readonly kind: "leaf";
  /** The Newton step, before the learning rate. */
  readonly value: number;
  readonly rows: Int32Array;
}

export interface Branch<Leaf> {
  readonly kind: "branch";
  readonly feature: number;
  readonly question: Question;
  readonly left: Leaf | Branch<Leaf>;
  readonly right: Leaf | Branch<Leaf>;
}

/** A node on its way: what is chosen last is filled in when the tree is done. */
interface Growing extends Node {
  readonly rows: Int32Array;
  histogram?: NodeHistogram | undefined;
  split?: Split | undefined;
  children?: readonly [Growing, Growing];
}

/** Histograms are as large as the features are many, and needed again for each tree. */
export class HistogramPool {
  private readonly free: NodeHistogram[] = [];

  constructor(
    private readonly binned: BinnedRows,
    private readonly derivatives: Derivatives,
  ) {}

  take(): NodeHistogram {
    return this.free.pop() ?? emptyHistogram(this.binned, this.derivatives);
  }

  give(histogram: NodeHistogram): void {
    this.free.push(histogram);
  }
}

/** For each bin, 1 where its rows go left. */
function leftBins(question: Question): Uint8Array {
  const left = new Uint8Array(binCount);
  if (question.kind === "category") for (const bin of question.bins) left[bin] = 1;
  else {
    left.fill(1, 0, question.bin + 1);
    if (question.missingLeft) left[missingNumber] = 1;
  }
  return left;
}

/** Parts rows in place, both sides in their former order; gives the size of the left one. `spare` is overwritten. */
function partRows(
  rows: Int32Array,
  { byFeature }: BinnedRows,
  { feature, question }: Split,
  spare: Int32Array,
): number {
  const isLeft = leftBins(question);
  const bins = byFeature[feature] ?? new Uint8Array();
  let [onLeft, onRight] = [0, 0];
  for (const row of rows) {
    // Without a branch, which would be guessed wrong half of the time.
    const left = isLeft[bins[row] ?? 0] ?? 0;
    rows[onLeft] = row;
    spare[onRight] = row;
    onLeft += left;
    onRight += 1 - left;
  }
  rows.set(spare.subarray(0, onRight), onLeft);
  return onLeft;
}

/** Grows one tree at a time, always at the leaf whose split lowers the loss most. */
class TreeGrower {
  private spare = new Int32Array();

  constructor(
    private readonly binned: BinnedRows,
    private readonly derivatives: Derivatives,
    private readonly rules: GrowthRules,
    private readonly pool: HistogramPool,
  ) {}

  grow(rows: Int32Array): Growing {
    this.spare = new Int32Array(rows.length);
    const histogram = this.pool.take();
    fillHistogram(histogram, this.binned, this.derivatives, rows);
    const root: Growing = { rows, sums: totalOf(histogram), bounds: unbounded, rules: this.rules };
    this.findSplit(root, histogram);
    const open = [root];
    for (let leaves = 1; leaves < this.rules.maxLeaves; leaves++) {
      const next = takeBest(open);
      if (next === undefined) break;
      open.push(...this.part(next, leaves + 1 < this.rules.maxLeaves));
    }
    for (const { histogram } of open) if (histogram) this.pool.give(histogram);
    return root;
  }

  private canSplit({ rows }: Growing): boolean {
    return rows.length >= 2 * this.rules.minLeafRows;
  }

  /** Looks for a node's split; the sums are kept for its children where there is one. */
  private findSplit(node: Growing, histogram: NodeHistogram): void {
    node.split = this.canSplit(node) ? findSplit(histogram, this.binned.features, node) : undefined;
    if (node.split === undefined) this.pool.give(histogram);
    else node.histogram = histogram;
  }

  private part(node: Growing & { split: Split }, goesOn: boolean): readonly [Growing, Growing] {
    const { split, rows, rules } = node;
    const onLeft = partRows(rows, this.binned, split, this.spare);
    const [leftBounds, rightBounds] = this.boundsBelow(node);
    const left: Growing = { rows: rows.subarray(0, onLeft), sums: split.left, bounds: leftBounds, rules };
    const right: Growing = { rows: rows.subarray(onLeft), sums: split.right, bounds: rightBounds, rules };
    node.children = [left, right];
    const parents = node.histogram;
    node.histogram = undefined;
    if (parents === undefined) return node.children;
    if (!goesOn || !(this.canSplit(left) || this.canSplit(right))) {
      this.pool.give(parents);
      return node.children;
    }
    // The smaller side is added up; what is left of the parent's sums is the larger one's.
    const [small, large] = left.rows.length <= right.rows.length ? [left, right] : [right, left];
    const sums = this.pool.take();
    fillHistogram(sums, this.binned, this.derivatives, small.rows);
    subtractHistogram(parents, sums);
    this.findSplit(small, sums);
    this.findSplit(large, parents);
    return node.children;
  }

  /** What a monotone split leaves to both sides: neither may pass the middle of their values. */
  private boundsBelow(node: Growing & { split: Split }): readonly [Node["bounds"], Node["bounds"]] {
    const { split, bounds } = node;
    const monotone = this.binned.features[split.feature]?.monotone ?? 0;
    if (monotone === 0) return [bounds, bounds];
    const middle = (valueOf(split.left, node) + valueOf(split.right, node)) / 2;
    const [below, above] = [
      { min: bounds.min, max: middle },
      { min: middle, max: bounds.max },
    ];
    return monotone > 0 ? [below, above] : [above, below];
  }
}

/** Takes the leaf whose split gains most, of equals the oldest, out of those that are open. */
function takeBest(open: Growing[]): (Growing & { split: Split }) | undefined {
  let best = -1;
  open.forEach(({ split }, index) => {
    if (split !== undefined && split.gain > (open[best]?.split?.gain ?? 0)) best = index;
  });
  const [taken] = best < 0 ? [] : open.splice(best, 1);
  return taken as (Growing & { split: Split }) | undefined;
}

function finished(node: Growing): GrownLeaf | Branch<GrownLeaf> {
  if (node.children === undefined || node.split === undefined) {
    return { kind: "leaf", value: valueOf(node.sums, node), rows: node.rows };
  }
  const [left, right] = node.children;
  const { feature, question } = node.split;
  return { kind: "branch", feature, question, left: finished(left), right: finished(right) };
}

/**
 * One tree for some rows' derivatives; a leaf alone where no split lowers the loss. `rows` is put into the order of the
 * leaves, which keep parts of it.
 */
export function growTree(
  { binned, derivatives, pool }: { binned: BinnedRows; derivatives: Derivatives; pool: HistogramPool },
  rows: Int32Array,
  rules: GrowthRules,
): GrownLeaf | Branch<GrownLeaf> {
  return finished(new TreeGrower(binned, derivatives, rules, pool).grow(rows));
}

/** The leaf of a row. */
export function leafOf<Leaf extends { readonly kind: "leaf" }>(
  tree: Leaf | Branch<Leaf>,
  { bins, stride }: BinnedRows,
  row: number,
): Leaf {
  let node = tree;
  while (node.kind === "branch") {
    const bin = bins[row * stride + node.feature] ?? 0;
    const { question } = node;
    const left =
      question.kind === "category"
        ? question.bins.includes(bin)
        : bin <= question.bin || (question.missingLeft && bin === missingNumber);
    node = left ? node.left : node.right;
  }
  return node;
}
