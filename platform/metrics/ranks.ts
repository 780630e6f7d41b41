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
  const scores = predicted.slice().sort();
  let distinct = 0;
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row] ?? NaN;
    if (distinct === 0 || score !== scores[distinct - 1]) scores[distinct++] = score;
  }
  const found = scores.slice(0, distinct);
  return { scores: found, ranks: ranksOf(predicted, found) };
}

/** Scores per cell of the table by which a score is nearly found, on average. */
const scoresPerCell = 4;

/**
 * The index of each row's score. By a table from the score's place between the least and the greatest: looking for each among all of
 * very many waits for memory at every step.
 */
function ranksOf(predicted: Float64Array, scores: Float64Array): Uint32Array {
  const ranks = new Uint32Array(predicted.length);
  const [least = 0, greatest = 0] = [scores[0], scores.at(-1)];
  const cells = Math.ceil(scores.length / scoresPerCell);
  const scale = cells / (greatest - least);
  // Where there is no usable distance all scores are in one cell.
  const isSpread = scale > 0 && Number.isFinite(scale) && Number.isFinite(least);
  const cellOf = (score: number): number =>
    isSpread ? Math.min(cells, Math.floor((score - least) * scale)) : 0;
  // Where each cell begins: a score falls into the same cell here and below.
  const begins = new Uint32Array(cells + 2).fill(scores.length);
  for (let index = scores.length - 1; index >= 0; index--) begins[cellOf(scores[index] ?? NaN)] = index;
  for (let cell = cells; cell >= 0; cell--) begins[cell] = Math.min(begins[cell] ?? 0, begins[cell + 1] ?? 0);
  for (let row = 0; row < predicted.length; row++) {
    const score = predicted[row] ?? NaN;
    const cell = cellOf(score);
    let low = begins[cell] ?? 0;
    let high = (begins[cell + 1] ?? 1) - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((scores[middle] ?? Infinity) < score) low = middle + 1;
      else high = middle;
    }
    ranks[row] = low;
  }
  return ranks;
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
  let below = 0;
  let won = 0;
  let positives = 0;
  for (let rank = 0; rank < negative.length; rank++) {
    const negatives = negative[rank] ?? 0;
    const here = positive[rank] ?? 0;
    won += here * (below + negatives / 2);
    below += negatives;
    positives += here;
  }
  return won / (below * positives);
}
