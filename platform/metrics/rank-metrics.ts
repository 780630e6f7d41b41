import type { ScoredRows } from "./evaluation";
import { areaUnderRoc, rankRows, weighByScore, type ClassWeights } from "./ranks";

/** A class against all others, as the rows of two classes. */
export function oneAgainstRest(
  { actual, predicted, weights, classes = 2 }: ScoredRows,
  name: number,
): ScoredRows {
  return {
    actual: actual.map((value) => (value === name ? 1 : 0)),
    predicted: actual.map((_, row) => predicted[row * classes + name] ?? NaN),
    ...(weights && { weights }),
  };
}

/** The mean precision over the recall (scikit-learn's average precision: no interpolation). NaN without positive rows. */
export function averagePrecision({ negative, positive }: ClassWeights): number {
  let [found, called, sum] = [0, 0, 0];
  for (let rank = positive.length - 1; rank >= 0; rank--) {
    const here = positive[rank] ?? 0;
    found += here;
    called += here + (negative[rank] ?? 0);
    if (here > 0) sum += here * (found / called);
  }
  return sum / found;
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** How areas of single classes are put together: by the classes' shares, or alike. */
export type AreaMean = "aucMacro" | "aucWeighted";

/**
 * The mean area under the ROC curves of each class against the rest, over the classes that are there, of which scikit-learn asks for
 * all; `draws` is what each row counts.
 */
export function meanArea(
  parts: readonly { readonly ranked: ReturnType<typeof rankRows>; readonly rows: ScoredRows }[],
  mean: AreaMean,
  draws?: ArrayLike<number>,
): number {
  let [sum, weight] = [0, 0];
  for (const { ranked, rows } of parts) {
    const byScore = weighByScore(ranked, rows.actual, draws ?? rows.weights);
    const area = areaUnderRoc(byScore);
    if (!Number.isFinite(area)) continue;
    const own = mean === "aucMacro" ? 1 : total(byScore.positive);
    sum += own * area;
    weight += own;
  }
  return sum / weight;
}

/** Each class against the rest, sorted once. */
export function againstRest(rows: ScoredRows): Parameters<typeof meanArea>[0] {
  return Array.from({ length: rows.classes ?? 2 }, (_, name) => {
    const pair = oneAgainstRest(rows, name);
    return { ranked: rankRows(pair), rows: pair };
  });
}
