const states = ["starting", "ready", "closing"] as const;

export type LifeState = (typeof states)[number];

/** A process whose event loop has not turned for this long, in milliseconds, gets no more requests. */
const unreadyAfterMs = 5000;
/** After this, in milliseconds, it is taken for dead: no request, and no load of a model, takes that long. */
const deadAfterMs = 30_000;

export interface Health {
  readonly alive: boolean;
  readonly ready: boolean;
}

/** What is said of a process in a state, whose event loop last turned so many milliseconds ago. */
export function healthOf(state: LifeState, silentMs: number): Health {
  return { alive: silentMs < deadAfterMs, ready: state === "ready" && silentMs < unreadyAfterMs };
}

/** The system's clock that never goes back; the same in all threads. */
const nowMs = (): bigint => process.hrtime.bigint() / 1_000_000n;

/** What a thread says of itself, in memory that another thread reads whatever the first is busy with. */
export class HealthBoard {
  private readonly cells: BigInt64Array;

  constructor(readonly memory = new SharedArrayBuffer(16)) {
    this.cells = new BigInt64Array(memory);
  }

  /** Says that the event loop turns. */
  beat(): void {
    Atomics.store(this.cells, 0, nowMs());
  }

  set(state: LifeState): void {
    Atomics.store(this.cells, 1, BigInt(states.indexOf(state)));
  }

  read(): Health {
    const state = states[Number(Atomics.load(this.cells, 1))] ?? "starting";
    return healthOf(state, Number(nowMs() - Atomics.load(this.cells, 0)));
  }
}
