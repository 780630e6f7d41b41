import { missingNumber, type BinnedFeature } from "./bins";
import { binSums, type FeatureHistogram } from "./histogram";
import { gainOf, type Node, type Parting } from "./node";

/**
 * The best parting of a node's rows by a number: missing values are tried on the right and, where there are any, on the
 * left. Undefined where none lowers the loss; of equally good ones the first. A loop without objects: it runs over
 * every bin of every feature of every node.
 */
export function findNumberSplit(
  part: FeatureHistogram,
  { bins, hasMissing, monotone }: BinnedFeature,
  node: Node,
): Parting | undefined {
  const { histogram, offset, width } = part;
  const missing = hasMissing ? binSums(part, missingNumber) : { gradient: 0, hessian: 0, rows: 0 };
  const context = { node, monotone };
  let best: Parting | undefined;
  for (let pass = 0; pass < (hasMissing ? 2 : 1); pass++) {
    const missingLeft = pass === 1;
    let [gradient, hessian, rows] = missingLeft
      ? [missing.gradient, missing.hessian, missing.rows]
      : [0, 0, 0];
    // Right of the last bin are the missing values alone.
    const end = hasMissing && !missingLeft ? bins : bins - 1;
    let bestGain = best?.gain ?? 0;
    for (let bin = 0, at = offset; bin < end; bin++, at += width) {
      const added = histogram[at + 1] ?? NaN;
      // A bin without rows parts as the one before.
      if (added === 0) continue;
      gradient += histogram[at] ?? NaN;
      hessian += width === 3 ? (histogram[at + 2] ?? NaN) : added;
      rows += added;
      const gain = gainOf(gradient, hessian, rows, context);
      if (!(gain > bestGain)) continue;
      bestGain = gain;
      // Where nothing was missing, a missing value goes the way of most rows.
      const side = hasMissing ? missingLeft : 2 * rows > node.sums.rows;
      best = {
        question: { kind: "number", bin, missingLeft: side },
        gain,
        left: { gradient, hessian, rows },
      };
    }
  }
  return best;
}
