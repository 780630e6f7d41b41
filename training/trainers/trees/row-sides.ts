import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { RowSides } from "./boost";

/**
 * Keeps a share of the rows from training, chosen at random but the same for the same seed. Of each group the same
 * share, so that a rare class is on both sides.
 */
export function keepRows(
  groups: ArrayLike<number>,
  { fraction, seed }: { readonly fraction: number; readonly seed: number },
): RowSides {
  const random = xoroshiro128plus(seed);
  const rowsOf = new Map<number, number[]>();
  for (let row = 0; row < groups.length; row++) {
    const group = groups[row] ?? NaN;
    const rows = rowsOf.get(group);
    if (rows) rows.push(row);
    else rowsOf.set(group, [row]);
  }
  const kept = new Uint8Array(groups.length);
  for (const rows of rowsOf.values()) {
    const count = Math.round(fraction * rows.length);
    // The first places of a shuffle.
    for (let place = 0; place < count; place++) {
      const other = uniformInt(random, place, rows.length - 1);
      const chosen = rows[other] ?? 0;
      rows[other] = rows[place] ?? 0;
      kept[chosen] = 1;
    }
  }
  const all = Int32Array.from({ length: groups.length }, (_, row) => row);
  return { training: all.filter((row) => kept[row] === 0), validation: all.filter((row) => kept[row] === 1) };
}
