import { digestOfRow } from "./row-digest";

/** Different rows that are counted at once. */
const maxRows = 10_000;

/**
 * Counts how often rows repeat, in bounded memory: of many different rows those are counted whose digest is below a limit, which is halved
 * whenever they become too many. Which rows they are does not depend on how often they come, so that their repetitions are
 * those of all.
 */
export class RepeatedRows {
  private readonly counts = new Map<number, number>();
  private limit = 2 ** 48;

  add(row: readonly unknown[]): void {
    const digest = digestOfRow(row);
    if (digest >= this.limit) return;
    this.counts.set(digest, (this.counts.get(digest) ?? 0) + 1);
    while (this.counts.size > maxRows) this.halve();
  }

  /** How many rows are alike, on average of the rows: 1 when all differ, 10 when each came ten times. */
  get alike(): number {
    let [rows, squares] = [0, 0];
    for (const count of this.counts.values()) {
      rows += count;
      squares += count * count;
    }
    return rows === 0 ? 1 : squares / rows;
  }

  private halve(): void {
    this.limit /= 2;
    for (const digest of this.counts.keys()) if (digest >= this.limit) this.counts.delete(digest);
  }
}

/** Above this probability that two rows are alike, those of a log say nothing about who asked again: there are few different ones. */
const maxChance = 0.001;

/** Whether rows that are alike say that somebody asked again, given the probability that chance makes two alike. */
export function tellsRepetition(chance: number | undefined): chance is number {
  return chance !== undefined && chance <= maxChance;
}

/**
 * How many independent rows tell as much as `rows` of which `alike` are alike on average (Kish's effective sample size). `chance` is the
 * probability that two independent rows are alike, as the reference has it: what chance explains is no repetition.
 */
export function effectiveRows(rows: number, alike: number, chance: number | undefined): number {
  if (!tellsRepetition(chance)) return rows;
  return rows / Math.max(1, alike - (rows - 1) * chance);
}
