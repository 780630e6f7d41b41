import { RequestProblem } from "./problem";

export interface LimiterOptions {
  /** Tasks that run at once. */
  readonly concurrency: number;
  /** Tasks that may wait for a place; one more is refused at once. */
  readonly mostWaiting: number;
  /** Longest wait for a place, in milliseconds. */
  readonly queueTimeoutMs: number;
  /** Longest time a task may run, in milliseconds. */
  readonly timeoutMs: number;
}

interface Waiter {
  readonly start: () => void;
  readonly timer: NodeJS.Timeout;
}

function busy(reason: string): RequestProblem {
  return new RequestProblem("BUSY", `${reason} Try again in a second.`, { headers: { "retry-after": "1" } });
}

function within<T>(work: Promise<T>, limitMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new RequestProblem("TIMEOUT", `Scoring took longer than ${limitMs} ms. Send fewer rows.`));
    }, limitMs);
    void work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Lets a bounded number of tasks run and a bounded number wait, first come, first served. */
export class Limiter {
  private running = 0;
  private readonly waiting: Waiter[] = [];

  constructor(private readonly options: LimiterOptions) {}

  async run<T>(task: () => Promise<T>): Promise<T> {
    await this.acquire();
    // A task that is given up still has its place until it ends: more would not make it faster.
    const work = task().finally(() => this.release());
    return within(work, this.options.timeoutMs);
  }

  private acquire(): Promise<void> {
    const { concurrency, mostWaiting, queueTimeoutMs } = this.options;
    if (this.running < concurrency) {
      this.running += 1;
      return Promise.resolve();
    }
    if (this.waiting.length >= mostWaiting) {
      return Promise.reject(busy(`${mostWaiting} requests are waiting already.`));
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(waiter), 1);
        reject(busy(`No place became free in ${queueTimeoutMs} ms.`));
      }, queueTimeoutMs);
      const waiter = { start: resolve, timer };
      this.waiting.push(waiter);
    });
  }

  /** The place goes to the one that has waited longest, so that nobody who comes later is served first. */
  private release(): void {
    const next = this.waiting.shift();
    if (next === undefined) {
      this.running -= 1;
      return;
    }
    clearTimeout(next.timer);
    next.start();
  }
}
