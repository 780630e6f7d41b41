import { EventEmitter, once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Release } from "../../platform/release/deployment";
import { reasonOf } from "../../platform/base/errors";
import { launchScoring, type LaunchOptions, type RunningScoring } from "./scoring-process";

/** Pause before the first restart, in milliseconds; it doubles with every one that does not last. */
const firstPauseMs = 100;
const longestPauseMs = 5_000;
/** The longest one after a process that had got ready: requests wait for the next, and a machine that is busy starts it slowly. */
const longestAfterReadyMs = 1_000;
/** A process that has run this long, in milliseconds, starts with the first pause again. */
const settledMs = 10_000;
/** Longest time for requests in flight before the process is stopped all the same, in milliseconds. */
const drainTimeoutMs = 10_000;

/** From the end of a process to the news of it, in milliseconds, at most. */
const noticeMs = 500;

/** Keeps one release running: a process that ends is started again until `retire` is called. */
export class SupervisedScoring {
  private running: RunningScoring | undefined;
  private failure: string | undefined;
  private retired = false;
  private inFlight = 0;
  private restarts = 0;
  private readonly stopping = new AbortController();
  private readonly changes = new EventEmitter().setMaxListeners(0);
  private loop: Promise<void> = Promise.resolve();

  constructor(
    readonly release: Release,
    private readonly options: LaunchOptions,
    private readonly report: (message: string) => void,
  ) {}

  /** Starts the first process and waits until it is ready; when it fails, nothing is left running. */
  async start(): Promise<void> {
    await this.launch();
    this.loop = this.keepRunning();
  }

  /** Starts it, and goes on trying in the background when the first attempt fails. */
  async startOrRetry(): Promise<void> {
    try {
      await this.launch();
    } catch (error) {
      this.noteFailure(reasonOf(error));
    }
    this.loop = this.keepRunning();
  }

  get ready(): boolean {
    return this.running !== undefined;
  }

  /** Why it is not ready, in words. */
  get lastFailure(): string | undefined {
    return this.ready ? undefined : this.failure;
  }

  get pid(): number | undefined {
    return this.running?.pid;
  }

  /** Runs a task with the process's port, or with `undefined` when none was ready within `waitMs`. */
  async use<T>(waitMs: number, task: (port: number | undefined) => Promise<T>): Promise<T> {
    this.inFlight += 1;
    try {
      return await task(this.running?.port ?? (await this.waitForPort(waitMs)));
    } finally {
      this.inFlight -= 1;
      if (this.inFlight === 0) this.notify();
    }
  }

  /** After a connection to `port` failed: waits a little for the news that the process which had it has ended. */
  async settle(port: number): Promise<void> {
    await this.waitUntil(() => this.running?.port !== port, noticeMs);
  }

  /** Waits for the requests in flight, ends the process and starts no other. */
  async retire(): Promise<void> {
    if (!this.retired) {
      this.retired = true;
      this.stopping.abort();
      await this.waitUntil(() => this.inFlight === 0, drainTimeoutMs);
      await this.running?.stop();
    }
    await this.loop;
  }

  private async launch(): Promise<void> {
    const running = await launchScoring(this.release, this.options);
    this.running = running;
    this.notify();
    void running.ended.then((reason) => {
      this.running = undefined;
      this.noteFailure(reason);
      this.notify();
    });
  }

  private noteFailure(reason: string): void {
    this.failure = reason;
    if (!this.retired) this.report(`${this.release.model}: ${reason}`);
  }

  private async keepRunning(): Promise<void> {
    for (;;) {
      const since = performance.now();
      const longestMs = this.ready ? longestAfterReadyMs : longestPauseMs;
      await this.running?.ended;
      if (this.retired) return;
      if (performance.now() - since > settledMs) this.restarts = 0;
      const pauseMs = Math.min(longestMs, firstPauseMs * 2 ** this.restarts);
      this.restarts += 1;
      try {
        await sleep(pauseMs, undefined, { signal: this.stopping.signal });
        await this.launch();
      } catch (error) {
        if (!this.stopping.signal.aborted) this.noteFailure(reasonOf(error));
      }
      // Retired while it started: nobody else knows of this process.
      if (this.retired) return this.running?.stop();
    }
  }

  private async waitForPort(waitMs: number): Promise<number | undefined> {
    await this.waitUntil(() => this.ready || this.retired, waitMs);
    return this.running?.port;
  }

  private notify(): void {
    this.changes.emit("changed");
  }

  private async waitUntil(holds: () => boolean, limitMs: number): Promise<void> {
    const signal = AbortSignal.timeout(limitMs);
    while (!holds() && !signal.aborted) {
      try {
        await once(this.changes, "changed", { signal });
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
  }
}
