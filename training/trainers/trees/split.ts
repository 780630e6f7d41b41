import { binCount, type BinnedFeature } from "./bins";
import { findCategorySplit } from "./category-split";
import type { NodeHistogram } from "./histogram";
import type { Node, Question, Sums } from "./node";
import { findNumberSplit } from "./number-split";

export interface Split {
  /** Position among the features. */
  readonly feature: number;
  readonly question: Question;
  /** By how much the loss falls, to second order. */
  readonly gain: number;
  readonly left: Sums;
  readonly right: Sums;
}

/** The best split of a node's rows by any feature; undefined where none lowers the loss. Of equally good ones the first. */
export function findSplit(
  { values, width }: NodeHistogram,
  features: readonly BinnedFeature[],
  node: Node,
): Split | undefined {
  let best: Split | undefined;
  features.forEach((feature, position) => {
    const part = { histogram: values, offset: position * binCount * width, width };
    const find = feature.kind === "number" ? findNumberSplit : findCategorySplit;
    const found = find(part, feature, node);
    if (found === undefined || found.gain <= (best?.gain ?? 0)) return;
    const { sums } = node;
    const { left } = found;
    const right = {
      gradient: sums.gradient - left.gradient,
      hessian: sums.hessian - left.hessian,
      rows: sums.rows - left.rows,
    };
    best = { feature: position, ...found, right };
  });
  return best;
}
