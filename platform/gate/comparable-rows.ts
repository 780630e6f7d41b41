import type { ScoredRows } from "../metrics/evaluation";
import { pickRows } from "../metrics/pick-rows";

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

/** The held-out rows that both models are measured on. */
export interface ComparedRows {
  readonly candidate: ScoredRows;
  /** Absent when there is nothing to compare with. */
  readonly champion?: ScoredRows | undefined;
  /** Where they are among the held-out rows; absent when none is left out, or too few are left. */
  readonly positions?: readonly number[];
  /** Held-out rows that the champion was trained on. */
  readonly leftOut: number;
}

/** The rows to compare on; where too few are left, the candidate's alone. */
export function pickComparable(
  candidate: ScoredRows,
  champion: ScoredRows | undefined,
  unseen: readonly boolean[] = [],
): ComparedRows {
  const leftOut = unseen.filter((isUnseen) => !isUnseen).length;
  if (champion === undefined || leftOut === 0) return { candidate, champion, leftOut: 0 };
  const positions = comparableRows(unseen);
  if (positions === undefined) return { candidate, leftOut };
  return {
    candidate: pickRows(candidate, positions),
    champion: pickRows(champion, positions),
    positions,
    leftOut,
  };
}
