import { RequestProblem } from "../problems/problem";
import type { Caller } from "../model/limiter";

export interface TurnGateOptions {
  /** Longest time of one turn of the event loop that is spent on beginning requests, in milliseconds. */
  readonly maxTurnMs?: number;
  /** Longest wait of a request for its turn, in milliseconds. */
  readonly maxWaitMs: number;
}

/** Weight of the newest request in the mean time that one takes. */
const newest = 0.1;

/**
 * Spreads requests over turns of the event loop. All that have arrived would otherwise be worked on in one turn, and a new
 * connection is accepted only between two: with 300 clients that send 1,000 rows each, it took 30 s until the last had its
 * turn. A request that would wait too long is refused when it comes.
 */
export class TurnGate {
  private turnAt: number | undefined;
  /** When the last of those that waited began, if nothing else has run since but it. */
  private lastAt: number | undefined;
  private waiting = 0;
  /** Moving average of what a request that waited took, in milliseconds; 0 until there was one. */
  private meanMs = 0;

  constructor(private readonly options: TurnGateOptions) {}

  /** Calls `start` when it is the request's turn, perhaps at once; with a problem when it will not come in time. */
  enter(caller: Caller, start: (problem?: RequestProblem) => void): void {
    const { maxWaitMs } = this.options;
    if (this.waiting === 0 && this.takePlace()) {
      start();
      return;
    }
    if (this.waiting * this.meanMs > maxWaitMs) {
      start(this.refusal());
      return;
    }
    const since = performance.now();
    this.waiting += 1;
    // Those that wait look again in the order in which they came, and before any that come later.
    const look = (): void => {
      const gone = caller.destroyed;
      const late = performance.now() - since > maxWaitMs;
      this.measure();
      if (!gone && !late && !this.takePlace()) {
        setImmediate(look);
        return;
      }
      this.waiting -= 1;
      this.lastAt = performance.now();
      if (gone)
        start(new RequestProblem("BUSY", "The client has closed its connection.", { reason: "gone" }));
      else start(late ? this.refusal() : undefined);
    };
    setImmediate(look);
  }

  private refusal(): RequestProblem {
    const detail = `The request would wait longer than ${this.options.maxWaitMs} ms. Try again in a second.`;
    return new RequestProblem("BUSY", detail, { headers: { "retry-after": "1" }, reason: "lag" });
  }

  /** Whether this turn has time for one more request, which then has it. */
  private takePlace(): boolean {
    const { maxTurnMs = 20 } = this.options;
    const now = performance.now();
    if (this.turnAt === undefined) {
      this.turnAt = now;
      // Comes when all has been looked at that had arrived.
      setImmediate(() => this.endTurn());
    }
    return now - this.turnAt < maxTurnMs;
  }

  private endTurn(): void {
    this.turnAt = undefined;
    this.lastAt = undefined;
  }

  private measure(): void {
    if (this.lastAt === undefined) return;
    const tookMs = performance.now() - this.lastAt;
    this.lastAt = undefined;
    this.meanMs = this.meanMs === 0 ? tookMs : this.meanMs + newest * (tookMs - this.meanMs);
  }
}
