import { RequestProblem } from "../problems/problem";
import type { Caller } from "../model/limiter";
import { QueuePace } from "./queue-pace";

export interface TurnGateOptions {
  /** Longest time of one turn of the event loop that is spent on beginning requests, in milliseconds. */
  readonly maxTurnMs?: number;
  /** Longest wait of a request for its turn, in milliseconds. */
  readonly maxWaitMs: number;
  /** Milliseconds of a clock that never goes back; tests give one of their own. */
  readonly now?: () => number;
}

/**
 * A request waits when its turn should come within this share of the longest wait. The queue may then become twice as slow before one
 * that has waited is refused after all; refusals are for those that come, who know at once.
 */
const admittedShare = 0.5;

/**
 * Spreads requests over turns of the event loop. All that have arrived would otherwise be worked on in one turn, and a new
 * connection is accepted only between two: with 300 clients that send 1,000 rows each, it took 30 s until the last had its
 * turn. A request that would wait too long is refused when it comes.
 */
export class TurnGate {
  private turnAt: number | undefined;
  private readonly pace = new QueuePace();
  private waiting = 0;
  /** Those that have looked in this turn and go on waiting: they are before whoever looks next. */
  private before = 0;

  /** Made once: it is for when there is no time. */
  private readonly refusal: RequestProblem;
  private readonly now: () => number;

  constructor(private readonly options: TurnGateOptions) {
    const detail = `The request would wait longer than ${options.maxWaitMs} ms. Try again in a second.`;
    this.refusal = new RequestProblem("BUSY", detail, { headers: { "retry-after": "1" }, reason: "lag" });
    this.now = options.now ?? (() => performance.now());
  }

  /** Calls `start` when it is the request's turn, perhaps at once; with a problem when it will not come in time. */
  enter(caller: Caller, start: (problem?: RequestProblem) => void): void {
    const { maxWaitMs } = this.options;
    if (this.waiting === 0 && this.takePlace()) {
      start();
      return;
    }
    const since = this.now();
    if (this.pace.msFor(this.waiting, since) > admittedShare * maxWaitMs) {
      start(this.refusal);
      return;
    }
    if (this.waiting === 0) this.pace.begin(since);
    this.waiting += 1;
    // Those that wait look again in the order in which they came, and before any that come later.
    const look = (): void => {
      const now = this.now();
      const gone = caller.destroyed;
      const late = now - since + this.pace.msFor(this.before, now) > maxWaitMs;
      if (!gone && !late && !this.takePlace()) {
        this.before += 1;
        setImmediate(look);
        return;
      }
      if (!gone && !late) this.pace.depart(now);
      this.waiting -= 1;
      if (this.waiting === 0) this.pace.end(now);
      if (gone)
        start(new RequestProblem("BUSY", "The client has closed its connection.", { reason: "gone" }));
      else start(late ? this.refusal : undefined);
    };
    setImmediate(look);
  }

  /** Whether this turn has time for one more request, which then has it. */
  private takePlace(): boolean {
    const { maxTurnMs = 20 } = this.options;
    const now = this.now();
    if (this.turnAt === undefined) {
      this.turnAt = now;
      // Comes when all has been looked at that had arrived.
      setImmediate(() => this.endTurn());
    }
    return now - this.turnAt < maxTurnMs;
  }

  private endTurn(): void {
    this.turnAt = undefined;
    this.before = 0;
  }
}
