import { Matrix } from "ml-matrix";
import { sizeOf, type Preprocessing } from "../preprocessing/preprocessing";

/** Encoded columns of one category: the first one's place, and how many there are. */
export interface CategoryPlaces {
  readonly at: number;
  readonly size: number;
}

/** Variance of the sum of a category's columns, by that of the columns, that is rounding: their sum is the same in every row. */
const constantSum = 1e-11;

/** Where the columns of each category are among the encoded ones. */
export function categoryPlaces(preprocessing: Preprocessing): CategoryPlaces[] {
  const places: CategoryPlaces[] = [];
  let at = 0;
  for (const part of preprocessing) {
    const size = sizeOf(part);
    if (part.kind === "category") places.push({ at, size });
    at += size;
  }
  return places;
}

/**
 * Centred cross products (with `alpha` on their diagonal) that have the same solution and can be inverted without losing digits. The columns of
 * a category add up to 1 in each row; centred, to nothing. So no row says anything of the sum of its coefficients, which is 0, as that is
 * the least the penalty, or the least |b|, can make of it: b has nothing along that direction v, and adding a multiple of v·vᵀ to the matrix
 * changes no solution, only how stiff it is there. The multiple lies between the least and the mean of the diagonal, which keeps
 * what it adds to rare values small. Categories of which some rows have none of the columns stay as they are.
 */
export function stiffenCategories(
  gram: Matrix,
  alpha: number,
  categories: readonly CategoryPlaces[],
): Matrix {
  const stiff = gram.clone();
  for (const { at, size } of categories) {
    const places = Array.from({ length: size }, (_, index) => at + index);
    const diagonal = places.map((place) => gram.get(place, place));
    const total = diagonal.reduce((sum, value) => sum + value, 0);
    let ofSum = -size * alpha;
    for (const one of places) for (const other of places) ofSum += gram.get(one, other);
    if (!(Math.abs(ofSum) <= constantSum * total)) continue;
    const stiffness = Math.sqrt(Math.min(...diagonal) * total) / size;
    for (const one of places) {
      for (const other of places) stiff.set(one, other, gram.get(one, other) + stiffness);
    }
  }
  return stiff;
}
