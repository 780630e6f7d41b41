import { severalClasses } from "../definition/class-names";
import type { ModelFeature } from "../definition/model-features";
import { fittedInputs } from "../model/fitted-inputs";
import type { Signature, SignatureColumn } from "../model/signature";
import { checkInputs, checkOperatorSets, predictorOf } from "./graph-frame";
import { differs, GraphReader } from "./graph-reader";
import { readOnnxGraph, type OnnxGraph } from "./onnx-file";
import { elementTypes } from "./onnx-messages";
import { treeOperatorSets, type OperatorAttributes } from "./onnx-operators";
import { unlessUnknown } from "./read-message";
import { treeConventions } from "./tree-conventions";
import {
  firstCategory,
  otherCategory,
  type TreeFeature,
  type TreeParameters,
  type Trees,
} from "./tree-parameters";

const { modes, aggregate, postTransform, columnAxis, leafRowsKey } = treeConventions;

/** The feature that a column of the trees' input is. */
function featureOf(
  graph: GraphReader,
  value: string,
  { name, type }: ModelFeature<SignatureColumn>,
): TreeFeature {
  if (type === "category" && graph.isMadeBy("Gather", value)) {
    const { column: category, ...lookup } = graph.lookup(value);
    if (category !== name) differs(`${name} is in another place`);
    return { column: name, lookup };
  }
  let column = value;
  if (type !== "number") {
    const { inputs, attributes } = graph.node("Cast", value);
    if (attributes.to !== elementTypes.double) differs(`${name} becomes another type`);
    column = inputs.input;
  }
  let values: readonly string[] | undefined;
  if (type === "category") {
    const { inputs, attributes } = graph.node("LabelEncoder", column);
    const { keys_strings: keys, values_int64s: codes, default_int64: other } = attributes;
    if (other !== otherCategory || codes.some((code, index) => code !== firstCategory + index)) {
      differs(`the values of ${name} are not in order`);
    }
    values = keys;
    column = inputs.X;
  }
  if (graph.feature(column) !== name) differs(`${name} is in another place`);
  return { column: name, ...(values && { values }) };
}

/** The features that the columns of the trees' input are; a category that is encoded by the target has one for each of `targets`. */
function featuresOf(
  graph: GraphReader,
  columns: readonly string[],
  {
    inputs,
    targets,
  }: { readonly inputs: readonly ModelFeature<SignatureColumn>[]; readonly targets: number },
): TreeFeature[] {
  let next = 0;
  const take = (input: ModelFeature<SignatureColumn>): TreeFeature =>
    featureOf(graph, columns[next++] ?? "", input);
  const features = inputs.flatMap((input) => {
    const first = take(input);
    if (first.lookup === undefined) return [first];
    const others = Array.from({ length: targets - 1 }, () => take(input));
    if (others.some(({ lookup }) => lookup === undefined)) differs(`${input.name} has too few numbers`);
    return [first, ...others];
  });
  if (next !== columns.length) differs("features are joined in another way");
  return features;
}

/** The sets of the nodes that have one. */
function setsOf(nodeModes: readonly number[], members: readonly number[]): Map<number, readonly number[]> {
  const sets = new Map<number, readonly number[]>();
  let at = 0;
  nodeModes.forEach((mode, node) => {
    if (mode === modes.upTo) return;
    if (mode !== modes.member) differs(`a node has the mode ${mode}`);
    let end = at;
    while (end < members.length && !Number.isNaN(members[end])) end += 1;
    if (end === members.length) differs("a set does not end");
    sets.set(node, members.slice(at, end));
    at = end + 1;
  });
  if (at !== members.length) differs("there are more sets than nodes for them");
  return sets;
}

/** Children as nodes, or as complements of leaves. */
function childrenOf(
  ids: readonly number[],
  leaves: readonly number[],
  sizes: { nodes: number; leaves: number },
) {
  return Int32Array.from(ids, (id, node) => {
    const isLeaf = leaves[node] === 1;
    if (!(id >= 0 && id < (isLeaf ? sizes.leaves : sizes.nodes))) differs("a child is not there");
    // A node after its parent: there is no way back, so every walk ends.
    if (!isLeaf && id <= node) differs("a child is before its parent");
    return isLeaf ? ~id : id;
  });
}

/** Refuses nodes that are reached in two ways: a few of them, each with one child twice, have more ways than anything can go. */
function requireOneWay(roots: readonly number[], children: readonly Int32Array[], nodes: number): void {
  const ways = new Uint32Array(nodes);
  for (const node of [roots, ...children].flatMap((each) => [...each])) {
    if (node < 0) continue;
    ways[node] = (ways[node] ?? 0) + 1;
    if (ways[node] !== 1) differs("a node has two parents");
  }
}

/** The target of the leaves of each tree; those of one tree have the same. */
function targetsOf(
  { tree_roots: roots, leaf_targetids: targets }: OperatorAttributes<"TreeEnsemble">,
  { left, right, width }: { left: Int32Array; right: Int32Array; width: number },
): Int32Array {
  const ofTrees = Int32Array.from(roots, (root) => {
    const found = new Set<number | undefined>();
    const open = [root];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (node < 0) found.add(targets[~node]);
      else open.push(left[node] ?? -1, right[node] ?? -1);
    }
    const [target = -1, ...others] = found;
    if (others.length > 0 || !(target >= 0 && target < width)) differs("a leaf is of another target");
    return target;
  });
  return ofTrees;
}

function treesOf(
  given: OperatorAttributes<"TreeEnsemble">,
  leafRows: Int32Array,
  { features, width }: { features: readonly TreeFeature[]; width: number },
): Trees {
  if (
    given.n_targets !== width ||
    given.aggregate_function !== aggregate ||
    given.post_transform !== postTransform
  ) {
    differs("the trees are not added up");
  }
  const nodes = given.nodes_featureids.length;
  const leafValues = Float64Array.from(given.leaf_weights.values);
  const sizes = { nodes, leaves: leafValues.length };
  const lists = [
    given.nodes_splits.values,
    given.nodes_modes.values,
    given.nodes_missing_value_tracks_true,
    given.nodes_truenodeids,
    given.nodes_trueleafs,
    given.nodes_falsenodeids,
    given.nodes_falseleafs,
  ];
  if (lists.some(({ length }) => length !== nodes)) differs("a node is not whole");
  if (given.nodes_featureids.some((feature) => features[feature] === undefined)) {
    differs("a node asks for no feature");
  }
  const categories = setsOf(given.nodes_modes.values, given.membership_values.values);
  if (
    given.nodes_featureids.some(
      (feature, node) => categories.has(node) !== (features[feature]?.values !== undefined),
    )
  ) {
    differs("a node asks a number for a set, or a category for a size");
  }
  if (given.tree_roots.some((root) => !(root >= 0 && root < nodes))) differs("a tree has no root");
  if (leafRows.length !== sizes.leaves || leafRows.some((rows) => !(rows > 0))) differs("a leaf has no rows");
  if (given.leaf_targetids.length !== sizes.leaves) differs("a leaf is of another target");
  const left = childrenOf(given.nodes_truenodeids, given.nodes_trueleafs, sizes);
  const right = childrenOf(given.nodes_falsenodeids, given.nodes_falseleafs, sizes);
  requireOneWay(given.tree_roots, [left, right], nodes);
  return {
    roots: Int32Array.from(given.tree_roots),
    targets: targetsOf(given, { left, right, width }),
    features: Int32Array.from(given.nodes_featureids),
    thresholds: Float64Array.from(given.nodes_splits.values),
    categories,
    missingLeft: Uint8Array.from(given.nodes_missing_value_tracks_true),
    left,
    right,
    leafValues,
    leafRows,
  };
}

function leafRowsOf({ metadata }: OnnxGraph): Int32Array {
  const text = metadata.get(leafRowsKey) ?? differs("the rows of its leaves are not known");
  return Int32Array.from(text.split(" "), Number);
}

function parametersOf(file: Uint8Array, signature: Signature): TreeParameters {
  const read = readOnnxGraph(file);
  checkOperatorSets(read, treeOperatorSets);
  checkInputs(read, signature);
  const graph = new GraphReader(read, signature);
  const inputs = fittedInputs(signature).features;
  const predictor = predictorOf(graph, signature);
  const isLog = signature.task === "regression" && graph.isMadeBy("Exp", predictor);
  const [ensemble = "", constant = "", ...more] = graph.inputs(
    "Sum",
    isLog ? graph.inputs("Exp", predictor).input : predictor,
  );
  if (more.length > 0) differs("more is added to the trees");
  const several = severalClasses(signature.target.classes);
  const bases = graph.numbers(constant, several?.length ?? 1);
  const { inputs: given, attributes } = graph.node("TreeEnsemble", ensemble);
  const { inputs: columns, attributes: joining } = graph.node("Concat", given.X);
  if (joining.axis !== columnAxis) differs("features are joined in another way");
  const features = featuresOf(graph, columns, { inputs, targets: bases.length });
  return {
    signature,
    bases,
    link: several ? "logits" : signature.task === "classification" ? "log-odds" : isLog ? "log" : "identity",
    features,
    trees: treesOf(attributes, leafRowsOf(read), { features, width: bases.length }),
  };
}

/**
 * The trees in a model file, if it is one as our trainers write it: every operator and constant on the way from the
 * inputs to the outputs is one of theirs. Any other model has none.
 */
export function findTreeParameters(file: Uint8Array, signature: Signature): TreeParameters | undefined {
  return unlessUnknown(() => parametersOf(file, signature));
}
