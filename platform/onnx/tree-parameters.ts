import type { Signature } from "../model/signature";

/** A feature as the trees see it: one number. */
export interface TreeFeature {
  readonly column: string;
  /** Category: the values that were seen in training; the code of each is its position plus `firstCategory`. */
  readonly values?: readonly string[];
  /** Category that is encoded by the target, or by one class of several: a number for each value, and that of a missing one and of others. */
  readonly lookup?: TreeLookup;
}

export interface TreeLookup {
  readonly texts: readonly string[];
  /** In the order of `texts`. */
  readonly numbers: readonly number[];
  readonly other: number;
}

/** Code of a category that is missing, or that was not seen in training. ONNX Runtime packs sets of codes from 1 on. */
export const otherCategory = 1;
/** Code of the first value of a category. */
export const firstCategory = 2;

/**
 * Nodes that ask a question, and leaves, of all trees. A child is the index of a node, or the complement (`~`) of the
 * index of a leaf. Every tree has at least one node.
 */
export interface Trees {
  /** The first node of each tree. */
  readonly roots: Int32Array;
  /** What each tree adds to: the position among `TreeParameters.bases`. */
  readonly targets: Int32Array;
  /** Position of the feature that a node asks for. */
  readonly features: Int32Array;
  /** Number: values up to this go left. */
  readonly thresholds: Float64Array;
  /** Category: the codes that go left. */
  readonly categories: ReadonlyMap<number, readonly number[]>;
  /** Number: 1 where a missing value goes left. */
  readonly missingLeft: Uint8Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly leafValues: Float64Array;
  /** Training rows in each leaf: what contributions of features are weighted by. */
  readonly leafRows: Int32Array;
}

/**
 * What the sum of the trees becomes: the prediction itself, its logarithm, the log-odds of the positive class, or, of more than two
 * classes, the logits, whose softmax are the probabilities.
 */
export type TreeLink = "identity" | "log" | "log-odds" | "logits";

/** A fitted ensemble of trees: base plus the sum of a leaf of each, before the link. */
export interface TreeParameters {
  readonly signature: Signature;
  readonly link: TreeLink;
  /** One; of logits one for each class. */
  readonly bases: readonly number[];
  /** In the order of what the signature's inputs become; a category that is encoded by several classes is one for each, in their order. */
  readonly features: readonly TreeFeature[];
  readonly trees: Trees;
}
