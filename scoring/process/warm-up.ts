import { Agent, request } from "node:http";
import type { SqlRow } from "../../platform/sql/engine";
import { buildApp, type AppOptions } from "./app";
import { scorePath } from "../dialects/score-path";

/** Most requests of a warm-up, and the longest time for them, in milliseconds. */
const [maxRequests, maxMs] = [500, 300];

interface Asking {
  readonly address: string;
  readonly agent: Agent;
  /** Aborted when the time is over. */
  readonly signal: AbortSignal;
}

/** Status of the answer to one row; undefined when there is none in time. */
function score({ address, ...options }: Asking, row: SqlRow | undefined): Promise<number | undefined> {
  return new Promise((resolve) => {
    const headers = { "content-type": "application/json" };
    const asked = request(`${address}${scorePath}`, { method: "POST", headers, ...options }, (answer) => {
      answer.resume().once("close", () => resolve(answer.complete ? answer.statusCode : undefined));
    });
    asked.once("error", () => resolve(undefined)).end(JSON.stringify({ data: [row] }));
  });
}

/**
 * Answers requests of the golden rows, one by one, before the first client is served: a process that has not run its own
 * code yet takes longer for each, and a canary of new processes would be judged by that. The requests go through an app of
 * their own on loopback, so that no log, metric or limit knows of them. Returns how many were answered; a model that fails
 * ends it, as the check of its example says why.
 */
export async function warmUp(
  { model, reference, limits }: Pick<AppOptions, "model" | "reference" | "limits">,
  rows: readonly SqlRow[],
): Promise<number> {
  const app = buildApp({ model, reference, limits, example: { data: rows.slice(0, 1) } });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let answered = 0;
  try {
    // Exclusive: workers of a cluster share what listens on port 0, so that the requests would reach the service itself.
    const address = await app.listen({ host: "127.0.0.1", port: 0, exclusive: true });
    const asking = { address, agent, signal: AbortSignal.timeout(maxMs) };
    while (answered < maxRequests && (await score(asking, rows[answered % rows.length])) === 200)
      answered += 1;
  } finally {
    agent.destroy();
    await app.close();
  }
  return answered;
}
