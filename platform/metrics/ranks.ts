import type { ScoredRows } from "./evaluation";

/** Rows by score: every row has the number (from 0, rising with the score) of its distinct score. */
export interface RankedRows {
  /** Distinct scores, rising. */
  readonly scores: Float64Array;
  /** Per row, the index of its score in `scores`. */
  readonly ranks: Uint32Array;
}

/** Sorts once, so that all that is made of ranks takes time linear in the rows afterwards. */
export function rankRows({ predicted }: Pick<ScoredRows, "predicted">): RankedRows {
  const sorted = predicted.slice().sort();
  const scores = sorted.filter((score, index) => index === 0 || score !== sorted[index - 1]);
  return { scores, ranks: Uint32Array.from(predicted, (score) => positionOf(scores, score)) };
}

function positionOf(scores: Float64Array, score: number): number {
  let low = 0;
  let high = scores.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((scores[middle] ?? Infinity) < score) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Weight of the negative and of the positive rows at each distinct score. */
export interface ClassWeights {
  readonly negative: Float64Array;
  readonly positive: Float64Array;
}

export function weighByScore(
  { scores, ranks }: RankedRows,
  actual: Float64Array,
  weights?: ArrayLike<number>,
): ClassWeights {
  const negative = new Float64Array(scores.length);
  const positive = new Float64Array(scores.length);
  for (let row = 0; row < actual.length; row++) {
    const side = actual[row] === 1 ? positive : negative;
    const rank = ranks[row] ?? 0;
    side[rank] = (side[rank] ?? 0) + (weights?.[row] ?? 1);
  }
  return { negative, positive };
}

/**
 * Area under the ROC curve: the share of pairs of a positive and a negative row in which the positive one scores
 * higher, a tie counting half (Mann-Whitney). NaN when one class is not there.
 */
export function areaUnderRoc({ negative, positive }: ClassWeights): number {
  let [below, won, positives] = [0, 0, 0];
  for (let rank = 0; rank < negative.length; rank++) {
    const [negatives, here] = [negative[rank] ?? 0, positive[rank] ?? 0];
    won += here * (below + negatives / 2);
    below += negatives;
    positives += here;
  }
  return won / (below * positives);
}
