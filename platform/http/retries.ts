import { setTimeout as pause } from "node:timers/promises";
import { PlatformError } from "../base/errors";
import { HttpFault, type HttpFaultFacts } from "./http-fault";

/** How often a request is sent, and how long a response is waited for. */
export interface RetryTiming {
  /** How often a request is sent at most. */
  readonly attempts: number;
  /** Pause before the second attempt; it doubles from one to the next. */
  readonly firstPauseMs: number;
  /** A server that asks for a longer pause than this is not waited for. */
  readonly maxPauseMs: number;
  /** Longest time from sending a request to the end of its response. */
  readonly timeoutMs: number;
}

export const defaultTiming: RetryTiming = {
  attempts: 4,
  firstPauseMs: 500,
  maxPauseMs: 60_000,
  timeoutMs: 30_000,
};

/** Throws INTERRUPTED when a signal was given. */
export function assertNotInterrupted(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new PlatformError(
    "INTERRUPTED",
    "The process was told to stop before its work was done. It leaves nothing unfinished behind. Start it again at any time.",
  );
}

/** A pause that a signal ends with INTERRUPTED. */
export async function pauseUnless(signal: AbortSignal | undefined, pauseMs: number): Promise<void> {
  try {
    await pause(pauseMs, undefined, signal && { signal });
  } catch (error) {
    assertNotInterrupted(signal);
    throw error;
  }
}

/** What decides whether a request is sent again. */
interface Retry {
  /** Counts from 1. */
  readonly attempt: number;
  /** Whether sending it twice does no more than sending it once. */
  readonly idempotent: boolean;
  readonly timing: RetryTiming;
  /** 0 to 1: two clients that failed together do not come back together. */
  readonly random: number;
}

/**
 * Pause before a failed request is sent again, in milliseconds; undefined when it is not. What is not idempotent is sent
 * again only if the server cannot have acted on it.
 */
export function pauseBeforeRetry(
  { transient, maybeDone, retryAfterMs = 0 }: HttpFaultFacts,
  { attempt, idempotent, timing, random }: Retry,
): number | undefined {
  if (!transient || (maybeDone && !idempotent) || attempt >= timing.attempts) return undefined;
  const backoff = Math.min(timing.firstPauseMs * 2 ** (attempt - 1), timing.maxPauseMs);
  const pauseMs = Math.max(backoff * (0.5 + random / 2), retryAfterMs);
  return pauseMs > timing.maxPauseMs ? undefined : pauseMs;
}

/** Makes attempts until one succeeds or none should follow; throws the last HttpFault, or INTERRUPTED. */
export async function withRetries<T>(
  attemptOnce: () => Promise<T>,
  {
    idempotent,
    timing,
    signal,
  }: { idempotent: boolean; timing: RetryTiming; signal?: AbortSignal | undefined },
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    assertNotInterrupted(signal);
    try {
      return await attemptOnce();
    } catch (error) {
      assertNotInterrupted(signal);
      if (!(error instanceof HttpFault)) throw error;
      const retry = { attempt, idempotent, timing, random: Math.random() };
      const pauseMs = pauseBeforeRetry(error.facts, retry);
      if (pauseMs === undefined) throw error;
      await pauseUnless(signal, pauseMs);
    }
  }
}
