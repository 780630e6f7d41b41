/** Where the champion was trained on some of the held-out rows, so many others are needed to compare with it. */
export const minUnseenRows = 30;

/**
 * Positions of the held-out rows on which a champion may be compared: those that it was not trained on. On the others it
 * would be asked what it was told. Undefined when too few are left; without any that it was trained on all will do.
 */
export function comparableRows(unseen: readonly boolean[]): number[] | undefined {
  const positions = unseen.flatMap((isUnseen, row) => (isUnseen ? [row] : []));
  return positions.length === unseen.length || positions.length >= minUnseenRows ? positions : undefined;
}
