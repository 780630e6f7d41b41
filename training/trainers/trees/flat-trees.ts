import { otherCategory, type Trees } from "../../../platform/onnx/tree-parameters";
import type { BinnedFeature } from "./bins";
import type { GrownTree, Leaf } from "./boost";
import type { Branch } from "./grow-tree";

/** Trees with the values that part rows instead of their bins, in arrays; each node comes after its parent. */
export function flattenTrees(trees: readonly GrownTree[], features: readonly BinnedFeature[]): Trees {
  const nodes: Branch<Leaf>[] = [];
  const children: [number, number][] = [];
  const leaves: Leaf[] = [];
  const add = (node: Leaf | Branch<Leaf>): number => {
    if (node.kind === "leaf") return ~(leaves.push(node) - 1);
    const index = nodes.push(node) - 1;
    // The place is taken before those below it are known.
    children.push([0, 0]);
    children[index] = [add(node.left), add(node.right)];
    return index;
  };
  const roots = Int32Array.from(trees, ({ tree }) => add(tree));
  const categories = new Map<number, readonly number[]>();
  nodes.forEach(({ question }, node) => {
    if (question.kind === "category")
      categories.set(
        node,
        question.bins.map((bin) => bin + otherCategory),
      );
  });
  return {
    roots,
    targets: Int32Array.from(trees, ({ target }) => target),
    features: Int32Array.from(nodes, ({ feature }) => feature),
    thresholds: Float64Array.from(nodes, ({ feature, question }) =>
      question.kind === "category" ? 0 : thresholdOf(features[feature], question.bin),
    ),
    categories,
    missingLeft: Uint8Array.from(nodes, ({ question }) =>
      question.kind === "number" && question.missingLeft ? 1 : 0,
    ),
    left: Int32Array.from(children, ([left]) => left),
    right: Int32Array.from(children, ([, right]) => right),
    leafValues: Float64Array.from(leaves, ({ value }) => value),
    leafRows: Int32Array.from(leaves, ({ rows }) => rows),
  };
}

/** The largest value of a bin; that of the last is any: it parts what is missing from what is there. */
function thresholdOf(feature: BinnedFeature | undefined, bin: number): number {
  return feature?.thresholds[bin] ?? Number.MAX_VALUE;
}
