import type { Request, Result } from "autocannon";
import { PlatformError } from "../platform/errors";

/** What a load test measured. */
export interface LoadResult {
  readonly requests: number;
  /** Requests answered with anything but 2xx, or not at all. */
  readonly failures: number;
  readonly requestsPerSecond: number;
  /** As the client sees it, in milliseconds. */
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number };
}

export interface LoadPlan {
  /** Base URL of the service. */
  readonly url: string;
  /** Bodies for POST /score, sent in turn. */
  readonly bodies: readonly string[];
  readonly connections: number;
  /** Stop after so many requests ... */
  readonly requests?: number;
  /** ... or after so many seconds. */
  readonly seconds?: number;
}

/** Value at quantile `q` (0..1) of rising numbers: the nearest rank. */
export function quantile(rising: readonly number[], q: number): number {
  return rising[Math.max(0, Math.ceil(q * rising.length) - 1)] ?? 0;
}

/** The same items, beginning at a share (0..1) of the way, so that connections do not all send the same ones first. */
function rotated<T>(items: readonly T[], share: number): T[] {
  const start = Math.floor(share * items.length);
  return [...items.slice(start), ...items.slice(0, start)];
}

function amountOf({ requests, seconds = 1 }: LoadPlan): { amount: number } | { duration: number } {
  return requests !== undefined ? { amount: requests } : { duration: seconds };
}

/** Sends scoring requests and measures. Ends early, with what it has, when `signal` is aborted. */
export async function runLoad(plan: LoadPlan, signal?: AbortSignal): Promise<LoadResult> {
  const { default: autocannon } = await import("autocannon");
  const latencies: number[] = [];
  const requests: Request[] = plan.bodies.map((body) => ({
    method: "POST",
    path: "/score",
    headers: { "content-type": "application/json" },
    body,
  }));
  if (requests.length === 0) throw new PlatformError("USAGE", "A load test needs at least one row to send.");
  const result = await new Promise<Result>((resolve, reject) => {
    const stop = amountOf(plan);
    let started = 0;
    const run = autocannon(
      {
        url: plan.url,
        connections: plan.connections,
        requests,
        timeout: 30,
        ...stop,
        setupClient: (client) => {
          client.setRequests(rotated(requests, started++ / plan.connections));
        },
      },
      (error: Error | null, ended) => {
        signal?.removeEventListener("abort", onAbort);
        if (error) reject(error);
        else resolve(ended);
      },
    );
    const onAbort = (): void => {
      run.stop();
    };
    signal?.addEventListener("abort", onAbort);
    run.on("response", (_client, _status, _bytes, responseTime) => latencies.push(responseTime));
  });
  latencies.sort((a, b) => a - b);
  return {
    requests: latencies.length + result.errors,
    failures: result.non2xx + result.errors,
    requestsPerSecond: latencies.length / Math.max(result.duration, 1e-3),
    latencyMs: {
      p50: quantile(latencies, 0.5),
      p95: quantile(latencies, 0.95),
      p99: quantile(latencies, 0.99),
    },
  };
}
