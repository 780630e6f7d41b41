import type { ScoredRows } from "./evaluation";
import { againstRest, averagePrecision, meanArea, type AreaMean } from "./rank-metrics";
import { areaUnderRoc, rankRows, weighByScore, type RankedRows } from "./ranks";

/** A metric, and for each row its derivative by what the row counts, times what all rows count: the row's influence. */
interface Linearised {
  readonly value: number;
  readonly gradient: Float64Array;
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** Running sums in which a score's own weight counts half. */
function halfTied(weights: Float64Array): Float64Array {
  let below = 0;
  return weights.map((weight) => {
    below += weight;
    return below - weight / 2;
  });
}

function areaOf(rows: ScoredRows, ranked: RankedRows): Linearised & { readonly positives: number } {
  const byScore = weighByScore(ranked, rows.actual, rows.weights);
  const { negative, positive } = byScore;
  const [negatives, positives] = [sum(negative), sum(positive)];
  const value = areaUnderRoc(byScore);
  const [negativesBelow, positivesBelow] = [halfTied(negative), halfTied(positive)];
  const total = negatives + positives;
  const gradient = rows.actual.map((is, row) => {
    const rank = ranked.ranks[row] ?? 0;
    return is === 1
      ? ((negativesBelow[rank] ?? NaN) / negatives - value) * (total / positives)
      : (1 - (positivesBelow[rank] ?? NaN) / positives - value) * (total / negatives);
  });
  return { value, gradient, positives };
}

/**
 * The area under the ROC curve. The influence of a positive row is the share of the negative ones that score below it, less the area,
 * over the share of positive rows; that of a negative row is its mirror image.
 */
export function areaGradient(rows: ScoredRows): Linearised {
  return areaOf(rows, rankRows(rows));
}

/** The mean area of each class against the rest. */
export function meanAreaGradient(rows: ScoredRows, mean: AreaMean): Linearised {
  const parts = againstRest(rows);
  const value = meanArea(parts, mean);
  const areas = parts.map(({ ranked, rows: pair }) => areaOf(pair, ranked));
  const there = areas.map((area) => (Number.isFinite(area.value) ? area : undefined));
  const own = there.map((area) => (area === undefined ? 0 : mean === "aucMacro" ? 1 : area.positives));
  const all = sum(own);
  const total = rows.weights === undefined ? rows.actual.length : sum(rows.weights);
  const gradient = new Float64Array(rows.actual.length);
  there.forEach((area, name) => {
    if (area === undefined) return;
    const share = (own[name] ?? NaN) / all;
    for (let row = 0; row < gradient.length; row++) {
      const more =
        mean === "aucWeighted" && rows.actual[row] === name ? (area.value - value) * (total / all) : 0;
      gradient[row] = (gradient[row] ?? NaN) + share * (area.gradient[row] ?? NaN) + more;
    }
  });
  return { value, gradient };
}

/**
 * Average precision, the mean over positive rows of the precision at their score: a row changes the precision of all positive rows
 * that score no higher, and a positive one adds its own.
 */
export function precisionGradient(rows: ScoredRows): Linearised {
  const ranked = rankRows(rows);
  const byScore = weighByScore(ranked, rows.actual, rows.weights);
  const { negative, positive } = byScore;
  const value = averagePrecision(byScore);
  const positives = sum(positive);
  const total = positives + sum(negative);
  const size = positive.length;
  const precision = new Float64Array(size);
  // By rank, of the positive rows at it and below: what one more row of either class changes.
  const [ifPositive, ifNegative] = [new Float64Array(size), new Float64Array(size)];
  let [found, called] = [0, 0];
  const slopes = Array.from({ length: size }, (_, index) => {
    const rank = size - 1 - index;
    found += positive[rank] ?? 0;
    called += (positive[rank] ?? 0) + (negative[rank] ?? 0);
    precision[rank] = called > 0 ? found / called : 0;
    const here = called > 0 ? (positive[rank] ?? 0) / called ** 2 : 0;
    return { rank, up: here * (called - found), down: here * found };
  }).reverse();
  let [up, down] = [0, 0];
  for (const slope of slopes) {
    up += slope.up;
    down += slope.down;
    ifPositive[slope.rank] = up;
    ifNegative[slope.rank] = down;
  }
  const gradient = rows.actual.map((is, row) => {
    const rank = ranked.ranks[row] ?? 0;
    const change =
      is === 1 ? (precision[rank] ?? NaN) - value + (ifPositive[rank] ?? NaN) : -(ifNegative[rank] ?? NaN);
    return (change * total) / positives;
  });
  return { value, gradient };
}
