import { RequestProblem } from "../problems/problem";

export interface LimiterOptions {
  /** Tasks that run at once. */
  readonly concurrency: number;
  /** Tasks that may wait for a place; one more is refused at once. */
  readonly maxWaiting: number;
  /** Longest wait for a place, in milliseconds. A task that would wait longer is refused at once. */
  readonly queueTimeoutMs: number;
  /** Longest time a task may run, in milliseconds. */
  readonly timeoutMs: number;
}

/** Who waits for a task's result; its connection may be gone before its turn comes. */
export interface Caller {
  readonly destroyed: boolean;
}

interface Waiter {
  readonly start: () => void;
  readonly refuse: (problem: RequestProblem) => void;
  readonly caller: Caller | undefined;
  readonly timer: NodeJS.Timeout;
}

/** Weight of the newest task in the mean running time. */
const newest = 0.1;
/** Bounds of the pause after which a refused client should try again, in seconds. */
const [minPause, maxPause] = [1, 60];

/** Not `instanceof`: a native module's promises may be of another realm. */
export function isPromise<T>(work: Promise<T> | T): work is Promise<T> {
  return typeof (work as { then?: unknown } | null | undefined)?.then === "function";
}

/** Lets a bounded number of tasks run and a bounded number wait, first come, first served. */
export class Limiter {
  private active = 0;
  private readonly queue: Waiter[] = [];
  /** Moving average of the running time, in milliseconds; 0 until a task has run. */
  private meanMs = 0;

  constructor(private readonly options: LimiterOptions) {}

  /** Tasks that run now. */
  get running(): number {
    return this.active;
  }

  /** Tasks that wait now. */
  get waiting(): number {
    return this.queue.length;
  }

  /**
   * Runs a task when there is a place for it; fails with BUSY when there will be none in time, with TIMEOUT when it takes
   * too long. A promise only when there is something to wait for.
   */
  run<T>(task: () => Promise<T>, caller?: Caller): Promise<T>;
  run<T>(task: () => Promise<T> | T, caller?: Caller): Promise<T> | T;
  run<T>(task: () => Promise<T> | T, caller?: Caller): Promise<T> | T {
    if (this.active < this.options.concurrency) {
      this.active += 1;
      return this.start(task);
    }
    const refusal = this.refusal();
    if (refusal !== undefined) return Promise.reject(refusal);
    return this.place(caller).then(() => this.start(task));
  }

  private start<T>(task: () => Promise<T> | T): Promise<T> | T {
    const began = performance.now();
    let work: Promise<T> | T;
    try {
      work = task();
    } catch (error) {
      const failure = error as Error;
      work = Promise.reject(failure);
    }
    // A model that answers in the same turn can neither be waited for nor given up.
    if (!isPromise(work)) {
      this.release(began);
      return work;
    }
    const { timeoutMs } = this.options;
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(
          new RequestProblem("TIMEOUT", `Scoring took longer than ${timeoutMs} ms. Send fewer rows.`, {
            reason: "timeout",
          }),
        );
      }, timeoutMs);
      // A task that timed out keeps its place until it ends: starting another would not make it faster.
      const end = (): void => {
        clearTimeout(timer);
        this.release(began);
      };
      work.then(
        (result) => {
          end();
          resolve(result);
        },
        (error: Error) => {
          end();
          reject(error);
        },
      );
    });
  }

  /** How long the last of `waiting` tasks waits, in milliseconds, going by the tasks before. */
  private expectedWaitMs(waiting: number): number {
    return (waiting * this.meanMs) / this.options.concurrency;
  }

  private busy(reason: "queue-full" | "queue-deadline", sentence: string): RequestProblem {
    const seconds = Math.ceil(this.expectedWaitMs(this.queue.length + 1) / 1000);
    const pause = Math.min(maxPause, Math.max(minPause, seconds));
    const when = pause === 1 ? "in a second" : `in ${pause} seconds`;
    return new RequestProblem("BUSY", `${sentence} Try again ${when}.`, {
      headers: { "retry-after": String(pause) },
      reason,
    });
  }

  /** Why a task may not wait, if it may not. */
  private refusal(): RequestProblem | undefined {
    const { maxWaiting, queueTimeoutMs } = this.options;
    if (this.queue.length >= maxWaiting) {
      return this.busy("queue-full", `${maxWaiting} requests are already waiting.`);
    }
    // It would be refused in the end; now it costs neither its client the wait nor the others a place.
    if (this.expectedWaitMs(this.queue.length + 1) > queueTimeoutMs) {
      return this.busy("queue-deadline", `The request would wait longer than ${queueTimeoutMs} ms.`);
    }
    return undefined;
  }

  private place(caller: Caller | undefined): Promise<void> {
    const { queueTimeoutMs } = this.options;
    return new Promise((start, refuse) => {
      const timer = setTimeout(() => {
        this.queue.splice(this.queue.indexOf(waiter), 1);
        refuse(this.busy("queue-deadline", `The request waited ${queueTimeoutMs} ms and was not started.`));
      }, queueTimeoutMs);
      const waiter: Waiter = { start, refuse, caller, timer };
      this.queue.push(waiter);
    });
  }

  /** Gives the place to the task that has waited longest, so that none overtakes another. */
  private release(began: number): void {
    const tookMs = performance.now() - began;
    this.meanMs = this.meanMs === 0 ? tookMs : this.meanMs + newest * (tookMs - this.meanMs);
    for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) {
      clearTimeout(next.timer);
      if (next.caller?.destroyed !== true) {
        next.start();
        return;
      }
      // Nobody would read the answer: the place is for those who still wait.
      next.refuse(new RequestProblem("BUSY", "The client has closed its connection.", { reason: "gone" }));
    }
    this.active -= 1;
  }
}
