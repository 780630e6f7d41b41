/** What writer and reader of trees' graphs agree on besides the operators: `TreeEnsemble` of ai.onnx.ml 5. */
export const treeConventions = {
  /** `nodes_modes`: a value up to the split goes left, or one that is a member of a set. */
  modes: { upTo: 0, member: 6 },
  /** The leaves of all trees are added up, and nothing is made of the sum. */
  aggregate: 1,
  postTransform: 0,
  /** Axis along which the features are joined. */
  columnAxis: 1,
  /**
   * Key of the file's metadata that has the training rows of each leaf, separated by blanks. `nodes_hitrates` is meant
   * for such, but onnxruntime 1.30 refuses files that have it.
   */
  leafRowsKey: "leaf_rows",
} as const;
