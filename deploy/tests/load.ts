import type { EventEmitter } from "node:events";
import type { Request, Result } from "autocannon";
import { z } from "zod";
import { latencySchema } from "../../platform/release/deployment";
import { PlatformError } from "../../platform/base/errors";
import { nearestRank } from "../../platform/base/quantile";
import type { ServiceAccess } from "../../platform/release/target";
import { openTunnel } from "./verified-tunnel";
import { scorePath } from "../../scoring/dialects/score-path";

/** What a load test measured. */
export const loadResultSchema = z.object({
  requests: z.number(),
  /** Requests answered with anything but 2xx, or not at all. */
  failures: z.number(),
  requestsPerSecond: z.number(),
  /** As the client sees it; 0 when nothing was answered. */
  latencyMs: latencySchema,
});

export type LoadResult = Readonly<z.output<typeof loadResultSchema>>;

/** What to send, and when to stop: after so many requests, or so many seconds, but not before `minRequests` of them. */
export type LoadPlan = {
  /** Base URL of the service. */
  readonly url: string;
  /** Bodies for POST /score, sent in turn. */
  readonly bodies: readonly string[];
  readonly connections: number;
} & Partial<ServiceAccess> &
  ({ readonly requests: number } | { readonly seconds: number; readonly minRequests?: number });

/** The same items, beginning at a share (0..1) of the way, so that connections do not all send the same ones first. */
function rotated<T>(items: readonly T[], share: number): T[] {
  const start = Math.floor(share * items.length);
  return [...items.slice(start), ...items.slice(0, start)];
}

/**
 * Counts requests that were sent and never answered, because the service closed the connection: the load generator
 * connects again and says nothing of them. What is in flight when time is up or `signal` is aborted is not lost.
 */
class LostRequests {
  count = 0;

  constructor(
    private readonly plan: LoadPlan,
    private readonly signal: AbortSignal | undefined,
  ) {}

  watch(client: EventEmitter): void {
    let open = false;
    client.on("request", () => {
      if (open) this.count += 1;
      open = true;
    });
    for (const event of ["response", "connError"]) client.on(event, () => (open = false));
    // Among the errors already; the request that took its place has just been sent.
    client.on("timeout", () => (this.count -= 1));
    client.on("done", () => {
      if (open && "requests" in this.plan && !this.signal?.aborted) this.count += 1;
    });
  }
}

function requestsOf({ bodies, headers }: LoadPlan): Request[] {
  if (bodies.length > 0) {
    return bodies.map((body, index) => ({
      method: "POST",
      path: scorePath,
      headers: {
        ...headers,
        "content-type": "application/json",
        "x-request-id": `mlops-test-load-${index}`,
      },
      body,
    }));
  }
  throw new PlatformError(
    "USAGE",
    "There are no rows to send. A load test needs at least one. Hold out a larger fraction of the data.",
  );
}

/** What the load generator saw: its own counts, and the latency of each answer in milliseconds. */
interface Seen {
  readonly result: Result;
  readonly latencies: number[];
}

/** Lets the load generator run to its end, or until `signal` is aborted. */
async function generate(plan: LoadPlan, lost: LostRequests, signal: AbortSignal | undefined): Promise<Seen> {
  const { default: autocannon } = await import("autocannon");
  const requests = requestsOf(plan);
  const latencies: number[] = [];
  // The generator refuses more connections than requests: what a slow server has left over may be few.
  const connections =
    "requests" in plan ? Math.max(1, Math.min(plan.connections, plan.requests)) : plan.connections;
  let started = 0;
  const result = await new Promise<Result>((resolve, reject) => {
    const run = autocannon(
      {
        url: plan.url,
        connections,
        requests,
        timeout: 30,
        // How often it looks whether it is done.
        sampleInt: 50,
        ...("requests" in plan ? { amount: plan.requests } : { duration: plan.seconds }),
        setupClient: (client) => {
          lost.watch(client);
          client.setRequests(rotated(requests, started++ / connections));
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
    if (signal?.aborted) onAbort();
    run.on("response", (_client, _status, _bytes, responseTime) => latencies.push(responseTime));
  });
  return { result, latencies };
}

interface Counted extends Pick<Result, "errors" | "non2xx" | "duration"> {
  readonly lost: number;
  readonly latencies: readonly number[];
}

/** The plan by a way on which certificates are verified, where the service is called over TLS. */
async function throughTunnel<T>(plan: LoadPlan, run: (plan: LoadPlan) => Promise<T>): Promise<T> {
  if (!plan.url.startsWith("https:")) return run(plan);
  const tunnel = await openTunnel(plan.url, plan.certificate);
  try {
    return await run({ ...plan, url: tunnel.url, headers: { ...plan.headers, host: tunnel.host } });
  } finally {
    tunnel.close();
  }
}

async function send(plan: LoadPlan, signal: AbortSignal | undefined): Promise<Counted> {
  const lost = new LostRequests(plan, signal);
  const { result, latencies } = await throughTunnel(plan, (near) => generate(near, lost, signal));
  const { errors, non2xx, duration } = result;
  return { errors, non2xx, duration, lost: lost.count, latencies };
}

const countOf = ({ latencies, errors, lost }: Counted): number => latencies.length + errors + lost;

/** Requests that are missing once the time is over. */
function missingOf(plan: LoadPlan, sent: Counted): number {
  return "seconds" in plan ? Math.max(0, (plan.minRequests ?? 0) - countOf(sent)) : 0;
}

const sum = (parts: readonly Counted[], of: (part: Counted) => number): number =>
  parts.reduce((total, part) => total + of(part), 0);

/** Sends scoring requests and measures. Ends early, with what it has, when `signal` is aborted. */
export async function runLoad(plan: LoadPlan, signal?: AbortSignal): Promise<LoadResult> {
  const first = await send(plan, signal);
  const parts = [first];
  const missing = missingOf(plan, first);
  if (missing > 0 && !signal?.aborted) {
    const { url, bodies, connections, headers, certificate } = plan;
    const access = { ...(headers && { headers }), ...(certificate !== undefined && { certificate }) };
    parts.push(await send({ url, bodies, connections, ...access, requests: missing }, signal));
  }
  const rising = Float64Array.from(parts.flatMap(({ latencies }) => latencies)).sort();
  const latencyAt = (fraction: number): number => (rising.length > 0 ? nearestRank(rising, fraction) : 0);
  return {
    requests: sum(parts, countOf),
    failures: sum(parts, ({ non2xx, errors, lost }) => non2xx + errors + lost),
    requestsPerSecond:
      rising.length /
      Math.max(
        sum(parts, ({ duration }) => duration),
        1e-3,
      ),
    latencyMs: { p50: latencyAt(0.5), p95: latencyAt(0.95), p99: latencyAt(0.99) },
  };
}
