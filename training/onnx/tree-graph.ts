import type { ModelFeature } from "../../platform/definition/model-features";
import { fittedInputs } from "../../platform/model/fitted-inputs";
import type { SignatureColumn } from "../../platform/model/signature";
import { elementTypes } from "../../platform/onnx/onnx-messages";
import { treeOperatorSets, type TensorAttribute } from "../../platform/onnx/onnx-operators";
import { treeConventions } from "../../platform/onnx/tree-conventions";
import {
  firstCategory,
  otherCategory,
  type TreeFeature,
  type TreeParameters,
  type Trees,
} from "../../platform/onnx/tree-parameters";
import { innerPrefix } from "./inner-prefix";
import { declareOutputs } from "./graph-outputs";
import { declareInputs } from "./linear-graph";
import { lookUp } from "./look-up";
import { OnnxGraph } from "./onnx-graph";

const { modes, aggregate, postTransform, columnAxis, leafRowsKey } = treeConventions;

const doubles = (values: Iterable<number>): TensorAttribute => ({
  type: "double",
  values: Array.from(values),
});

/** Each feature as a double, [N, 1]: a category by its code. */
function toNumber(
  graph: OnnxGraph,
  column: string,
  {
    type,
    values,
    lookup,
  }: Pick<TreeFeature, "values" | "lookup"> & Pick<ModelFeature<SignatureColumn>, "type">,
): string {
  if (type === "number") return column;
  if (lookup) return lookUp(graph, column, lookup);
  let input = column;
  if (values) {
    const attributes = {
      keys_strings: values,
      values_int64s: values.map((_, index) => firstCategory + index),
      default_int64: otherCategory,
    };
    input = graph.node("LabelEncoder", { X: column }, { attributes });
  }
  return graph.node("Cast", { input }, { attributes: { to: elementTypes.double } });
}

/** What each leaf adds to: the same as its tree. */
function leafTargets({ roots, targets, left, right, leafValues }: Trees): number[] {
  const ofLeaves = new Array<number>(leafValues.length).fill(0);
  roots.forEach((root, tree) => {
    const open = [root];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (node < 0) ofLeaves[~node] = targets[tree] ?? 0;
      else open.push(left[node] ?? -1, right[node] ?? -1);
    }
  });
  return ofLeaves;
}

function ensemble(
  graph: OnnxGraph,
  X: string,
  { trees, bases }: Pick<TreeParameters, "trees" | "bases">,
): string {
  const { features, categories } = trees;
  const nodes = Array.from(features.keys());
  const childOf = (child: number): number => (child < 0 ? ~child : child);
  const isLeaf = (child: number): number => (child < 0 ? 1 : 0);
  // The set of each node that has one, in their order, each ended by NaN.
  const sets = nodes.flatMap((node) => {
    const set = categories.get(node);
    return set ? [...set, NaN] : [];
  });
  return graph.node(
    "TreeEnsemble",
    { X },
    {
      attributes: {
        n_targets: bases.length,
        aggregate_function: aggregate,
        post_transform: postTransform,
        tree_roots: Array.from(trees.roots),
        nodes_featureids: Array.from(features),
        nodes_splits: doubles(trees.thresholds),
        nodes_modes: {
          type: "uint8",
          values: nodes.map((node) => (categories.has(node) ? modes.member : modes.upTo)),
        },
        nodes_missing_value_tracks_true: Array.from(trees.missingLeft),
        nodes_truenodeids: Array.from(trees.left, childOf),
        nodes_trueleafs: Array.from(trees.left, isLeaf),
        nodes_falsenodeids: Array.from(trees.right, childOf),
        nodes_falseleafs: Array.from(trees.right, isLeaf),
        membership_values: doubles(sets),
        leaf_targetids: leafTargets(trees),
        leaf_weights: doubles(trees.leafValues),
      },
    },
  );
}

/**
 * Fitted trees as the bytes of an ONNX file with the same inputs and outputs as those of a linear model. All numbers are
 * doubles. Equal models give equal bytes.
 */
export function treesToOnnx({ signature, features, trees, bases, link }: TreeParameters): Uint8Array {
  const graph = new OnnxGraph(innerPrefix(signature));
  const columns = declareInputs(graph, signature);
  const types = new Map(fittedInputs(signature).features.map(({ name, type }) => [name, type]));
  const numbers = features.map((feature) =>
    toNumber(graph, columns.get(feature.column) ?? feature.column, {
      ...feature,
      type: types.get(feature.column) ?? "number",
    }),
  );
  const joined = graph.node("Concat", numbers, { attributes: { axis: columnAxis } });
  const sum = graph.node("Sum", [
    ensemble(graph, joined, { trees, bases }),
    graph.doubles(bases, [1, bases.length]),
  ]);
  declareOutputs(graph, signature, link === "log" ? graph.node("Exp", { input: sum }) : sum);
  return graph.encode(signature.target.name, {
    sets: treeOperatorSets,
    metadata: { [leafRowsKey]: trees.leafRows.join(" ") },
  });
}
