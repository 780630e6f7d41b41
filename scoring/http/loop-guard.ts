import { monitorEventLoopDelay, type IntervalHistogram } from "node:perf_hooks";

/** Between two looks at the clock, in milliseconds. */
const resolutionMs = 10;
/** Time that one verdict is about, in milliseconds. */
const windowMs = 100;

/**
 * Watches how long a turn of the event loop takes. While it is too long, requests are refused before they cost anything,
 * so that those which were accepted get done. @fastify/under-pressure judges by the mean of its window: a turn of 1.5 s
 * was a lag of 0.3 s to it, which a limit of 1 s lets pass, and a window without a measurement an infinite lag.
 */
export class LoopGuard {
  private readonly histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: resolutionMs });
  private timer: NodeJS.Timeout | undefined;
  /** Longest turn of the last 100 ms, in milliseconds. */
  private lagMs = 0;

  constructor(private readonly maxLagMs: number) {}

  /** Begins to watch. Call it once the service has started: starting blocks the event loop while there are no requests. */
  watch(): void {
    this.histogram.enable();
    this.timer = setInterval(() => this.look(), windowMs).unref();
  }

  get overloaded(): boolean {
    return this.lagMs > this.maxLagMs;
  }

  close(): void {
    clearInterval(this.timer);
    this.histogram.disable();
  }

  private look(): void {
    this.lagMs = Math.max(0, this.histogram.max / 1e6 - resolutionMs);
    this.histogram.reset();
  }
}
