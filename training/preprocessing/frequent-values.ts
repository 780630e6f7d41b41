/**
 * How many values each category may keep so that all fit the room together: as many as the others, or all that it has. Undefined
 * when there is no room for one of each.
 */
export function valuesPerCategory(sizes: readonly number[], room: number): number | undefined {
  let left = room;
  for (const [index, size] of [...sizes].sort((a, b) => a - b).entries()) {
    const share = Math.floor(left / (sizes.length - index));
    if (share < 1) return undefined;
    if (size > share) return share;
    left -= size;
  }
  return Infinity;
}
