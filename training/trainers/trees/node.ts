/** What is added up over the rows of a node. */
export interface Sums {
  readonly gradient: number;
  readonly hessian: number;
  readonly rows: number;
}

/** Least and greatest value that monotone constraints leave to a node. */
interface Bounds {
  readonly min: number;
  readonly max: number;
}

export const unbounded: Bounds = { min: -Infinity, max: Infinity };

export interface SplitRules {
  /** Rows that each side needs. */
  readonly minLeafRows: number;
  /** Penalty on the squares of leaf values. */
  readonly l2: number;
}

/** A node that may be split. */
export interface Node {
  readonly sums: Sums;
  readonly bounds: Bounds;
  readonly rules: SplitRules;
}

/** Second derivatives that each side of a split needs: below, a Newton step would be wild. */
const minLeafHessian = 1e-3;

function stepOf(gradient: number, hessian: number, { rules, bounds }: Omit<Node, "sums">): number {
  // What keeps 0 / 0 away is below any rounding.
  const value = -gradient / (hessian + rules.l2 + 1e-15);
  return Math.min(Math.max(value, bounds.min), bounds.max);
}

/** The Newton step of some rows of a node, within the node's bounds and before the learning rate. */
export function valueOf({ gradient, hessian }: Sums, node: Omit<Node, "sums">): number {
  return stepOf(gradient, hessian, node);
}

/**
 * By how much the loss falls, to second order, when rows with these sums are parted from the others of a node; -Infinity
 * where they may not be.
 */
export function gainOf(
  gradient: number,
  hessian: number,
  rows: number,
  { node, monotone }: { readonly node: Node; readonly monotone: -1 | 0 | 1 },
): number {
  const { sums, rules } = node;
  const [otherGradient, otherHessian] = [sums.gradient - gradient, sums.hessian - hessian];
  if (rows < rules.minLeafRows || sums.rows - rows < rules.minLeafRows) return -Infinity;
  if (hessian < minLeafHessian || otherHessian < minLeafHessian) return -Infinity;
  const left = stepOf(gradient, hessian, node);
  const right = stepOf(otherGradient, otherHessian, node);
  if (monotone * (right - left) < 0) return -Infinity;
  return stepOf(sums.gradient, sums.hessian, node) * sums.gradient - left * gradient - right * otherGradient;
}

/** Which rows go left. */
export type Question =
  | { readonly kind: "number"; readonly bin: number; readonly missingLeft: boolean }
  | { readonly kind: "category"; readonly bins: readonly number[] };

/** A way to part the rows of a node. */
export interface Parting {
  readonly question: Question;
  readonly gain: number;
  readonly left: Sums;
}
