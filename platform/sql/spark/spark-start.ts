import type { IncomingMessage } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { PlatformError } from "../../base/errors";

/** Longest wait for a cluster to start, and pauses between two questions. Clusters take five minutes or so. */
const startMs = { longest: 20 * 60_000, pause: 5000, longestPause: 60_000 } as const;

/** What the driver says of an answer that is none. */
interface BadAnswer {
  readonly statusCode?: number;
  readonly response?: Pick<IncomingMessage, "headers">;
}

/**
 * How long to wait before a server is asked again that has no nodes yet, or is busy: Databricks answers 503 while a cluster or warehouse
 * that has stopped itself starts, and says after which time to ask (as its own drivers take it: databricks-sql-nodejs,
 * `HttpRetryPolicy.ts`). Undefined for any other failure.
 */
function pauseFor(error: unknown): number | undefined {
  const { statusCode, response } = ((error as Error).cause ?? {}) as BadAnswer;
  if (statusCode !== 503 && statusCode !== 429) return undefined;
  const seconds = Number(response?.headers["retry-after"]);
  return seconds > 0 ? Math.min(1000 * seconds, startMs.longestPause) : startMs.pause;
}

/** A clock, and a pause that a signal ends by an error. */
interface Waiting {
  readonly now: () => number;
  readonly pause: (pauseMs: number, signal: AbortSignal | undefined) => Promise<void>;
}

const waiting: Waiting = {
  now: Date.now,
  pause: (pauseMs, signal) => delay(pauseMs, undefined, signal && { signal }),
};

/** Asks until the server has started, for twenty minutes at most. */
export async function untilStarted<T>(
  open: () => Promise<T>,
  signal: AbortSignal | undefined,
  { now, pause }: Waiting = waiting,
): Promise<T> {
  const began = now();
  for (;;) {
    try {
      return await open();
    } catch (error) {
      const pauseMs = pauseFor(error);
      if (pauseMs === undefined || now() - began + pauseMs > startMs.longest) throw error;
      await pause(pauseMs, signal).catch(() => {
        throw new PlatformError("INTERRUPTED", "The wait for Spark to start was stopped.");
      });
    }
  }
}
