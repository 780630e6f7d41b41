import type { BinnedFeature } from "./bins";
import { binSums, type FeatureHistogram } from "./histogram";
import { gainOf, type Node, type Parting } from "./node";

/**
 * Rows that a category needs to be told from others, and what smooths its place in their order: scikit-learn's and
 * LightGBM's. Rarer ones stay on the right.
 */
const minSupport = 10;

/**
 * The best parting of a category's values: in the order of their gradients by second derivatives the best of all is one
 * of the cuts (Fisher 1958). At most half of the values go left, from either end. Missing is a value like others.
 */
export function findCategorySplit(
  part: FeatureHistogram,
  { bins, monotone }: BinnedFeature,
  node: Node,
): Parting | undefined {
  const rowsPerHessian = node.sums.rows / node.sums.hessian;
  const known = Array.from({ length: bins }, (_, bin) => ({ bin, sums: binSums(part, bin) }))
    .filter(({ sums }) => sums.hessian * rowsPerHessian >= minSupport)
    .map(({ bin, sums }) => ({ bin, sums, place: sums.gradient / (sums.hessian + minSupport) }))
    .sort((a, b) => a.place - b.place);
  if (known.length < 2) return undefined;
  let best: Parting | undefined;
  for (const ordered of [known, known.toReversed()]) {
    let left = { gradient: 0, hessian: 0, rows: 0 };
    for (const [position, { sums }] of ordered.slice(0, Math.floor((known.length + 1) / 2)).entries()) {
      left = {
        gradient: left.gradient + sums.gradient,
        hessian: left.hessian + sums.hessian,
        rows: left.rows + sums.rows,
      };
      const gain = gainOf(left.gradient, left.hessian, left.rows, { node, monotone });
      if (!(gain > (best?.gain ?? 0))) continue;
      const chosen = ordered.slice(0, position + 1).map(({ bin }) => bin);
      best = { question: { kind: "category", bins: chosen.toSorted((a, b) => a - b) }, gain, left };
    }
  }
  return best;
}
