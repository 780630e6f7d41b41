import { PlatformError } from "../../platform/base/errors";
import { readPredictionLog } from "../../platform/predictions/prediction-log";
import type { SqlRow } from "../../platform/sql/engine";
import type { ServiceAccess } from "../../platform/release/target";
import type { Storage } from "../../platform/storage/storage";
import { callService, explainCallError } from "./call-service";
import { scorePath } from "../../scoring/dialects/score-path";

/** Requests under way at once. */
const workers = 4;
/** How long records may take from the answer to the log, in milliseconds. */
const logPatienceMs = 15_000;

/** Scores one row; returns what went wrong, if something did. */
async function scoreRow(
  { url, headers, certificate }: Replay,
  row: SqlRow | undefined,
  id: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const { status, text } = await callService(`${url}${scorePath}`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json", "x-request-id": id },
      body: JSON.stringify({ data: [row] }),
      certificate,
      signal,
    });
    return status === 200 ? undefined : `answered ${status}: ${text.slice(0, 300)}`;
  } catch (error) {
    signal.throwIfAborted();
    return `did not answer: ${explainCallError(error)}`;
  }
}

/** What is replayed, and where; the headers are beside those that say what a request is. */
export interface Replay extends ServiceAccess {
  /** Base URL of the service. */
  readonly url: string;
  readonly rows: readonly SqlRow[];
  /** Requests have the ids `<prefix>-<index>`. */
  readonly prefix: string;
}

/** Scores each row in a request of its own; throws at the first that fails. */
export async function replayRows(replay: Replay, signal: AbortSignal): Promise<void> {
  const { url, rows, prefix } = replay;
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < rows.length) {
      const index = next++;
      const fault = await scoreRow(replay, rows[index], `${prefix}-${index}`, signal);
      if (fault === undefined) continue;
      throw new PlatformError(
        "DEPLOYMENT_FAILED",
        `${url}${scorePath}, asked for held-out row ${index + 1}, ${fault}. All of them have to be answered. Look at the service's log.`,
      );
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
}

/** Where the log is, who is told of records that cannot be read, and what ends the wait. */
export interface LogReading {
  readonly predictions: Storage;
  readonly report: (message: string) => void;
  readonly signal: AbortSignal;
}

/** Waits until the log holds `count` requests of tests whose id starts with `prefix`; returns how many it holds. */
export async function awaitLogged(
  { predictions, report, signal }: LogReading,
  log: { environment: string; model: string; from: Date },
  prefix: string,
  count: number,
): Promise<number> {
  const deadline = Date.now() + logPatienceMs;
  for (;;) {
    const ids = new Set<string>();
    for await (const { id, test } of readPredictionLog(predictions, { ...log, report })) {
      if (test && id.startsWith(prefix)) ids.add(id);
    }
    if (ids.size >= count || Date.now() > deadline) return ids.size;
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
