/** Departures that the pace is measured by: enough for a mean, few enough to follow a machine that slows down. */
const remembered = 32;

/**
 * How fast a queue moves: the mean time between two that leave it for their turn. Only time in which somebody waits counts, and all that
 * happens in it does, whatever else the process has to do between two turns.
 */
export class QueuePace {
  /** The clock of waiting at the last departures, the oldest first; what is before the first is when the queue began. */
  private readonly departures: number[] = [0];
  /** Milliseconds of waiting until the queue was last empty. */
  private waitedMs = 0;
  private since: number | undefined;

  /** The first begins to wait. */
  begin(now: number): void {
    this.since = now;
  }

  /** One leaves for its turn. */
  depart(now: number): void {
    this.departures.push(this.clock(now));
    if (this.departures.length > remembered + 1) this.departures.shift();
  }

  /** Nobody waits any longer. */
  end(now: number): void {
    this.waitedMs = this.clock(now);
    this.since = undefined;
  }

  /** How long so many departures will take, in milliseconds; 0 as long as there was none to go by. */
  msFor(count: number, now: number): number {
    const measured = this.departures.length - 1;
    if (measured === 0) return 0;
    return (count * (this.clock(now) - (this.departures[0] ?? 0))) / measured;
  }

  private clock(now: number): number {
    return this.waitedMs + (this.since === undefined ? 0 : now - this.since);
  }
}
