import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { readPredictionLog } from "../../../platform/predictions/prediction-log";
import { openStorage } from "../../../platform/storage/open-storage";
import { Azurite } from "../../platform/storage/azurite";
import { row, writeCostModel } from "../model-fixture";
import { ScoringProgram } from "../process/scoring-program";

export interface OutageOptions {
  /** Empty folder for the model and the spool. */
  readonly folder: string;
  /** How long requests come while the storage works, in milliseconds. */
  readonly upMs: number;
  /** How long they come while it does not; then the service is killed. */
  readonly downMs: number;
  /** Pause of a client between two requests, in milliseconds. */
  readonly thinkMs: number;
}

export interface OutageResult {
  /** Requests that were answered with predictions. */
  readonly acknowledged: number;
  /** Of those, requests whose record is in the storage after all. */
  readonly found: number;
  /** Records that are there more than once, and whether each copy is the same. */
  readonly repeated: number;
  readonly repeatedDiffer: number;
  readonly p50Ms: { readonly up: number; readonly down: number };
  readonly p99Ms: { readonly up: number; readonly down: number };
}

const clients = 8;
/** Time after the start that is not measured, in milliseconds: the first requests pay for compiling. */
const warmUpMs = 800;

/** Sends requests over one connection, one after the other, until it is told to stop or nobody answers. */
class Client {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });
  private count = 0;

  constructor(
    private readonly name: string,
    private readonly url: string,
  ) {}

  async run(taken: (id: string, ms: number) => void, signal: AbortSignal, thinkMs: number): Promise<void> {
    while (!signal.aborted) {
      const id = `${this.name}-${(this.count += 1)}`;
      const begun = performance.now();
      if ((await this.send(id)) !== 200) break;
      taken(id, performance.now() - begun);
      await sleep(thinkMs);
    }
    this.agent.destroy();
  }

  /** The status of a whole answer; nothing when the connection ended before. */
  private send(id: string): Promise<number | undefined> {
    const headers = { "content-type": "application/json", "x-request-id": id };
    return new Promise((resolve) => {
      const sent = request(`${this.url}/score`, { method: "POST", headers, agent: this.agent }, (answer) => {
        answer.resume();
        answer.once("end", () => resolve(answer.complete ? answer.statusCode : undefined));
        answer.once("error", () => resolve(undefined));
      });
      sent.once("error", () => resolve(undefined));
      sent.end(JSON.stringify({ data: [row, row] }));
    });
  }
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
}

async function recordsIn(location: string): Promise<Map<string, string[]>> {
  const records = new Map<string, string[]>();
  const report = (message: string): void => {
    throw new Error(message);
  };
  const query = { environment: "qa", model: "cost", report };
  for await (const record of readPredictionLog(await openStorage(location), query)) {
    records.set(record.id, [...(records.get(record.id) ?? []), JSON.stringify(record)]);
  }
  return records;
}

/** Waits until every id is there, for a minute at most; what is there then, or at the end of it. */
async function awaitRecords(location: string, ids: readonly string[]): Promise<Map<string, string[]>> {
  const deadline = Date.now() + 60_000;
  let records = await recordsIn(location);
  while (ids.some((id) => !records.has(id)) && Date.now() < deadline) {
    await sleep(200);
    records = await recordsIn(location);
  }
  return records;
}

/**
 * Sends requests while the storage works, goes on while it does not, kills the service with `kill -9` in the midst of it,
 * brings the storage and another service back, and looks for the record of every request that was answered.
 */
export async function runOutage({ folder, upMs, downMs, thinkMs }: OutageOptions): Promise<OutageResult> {
  const azurite = await Azurite.start();
  const latencies = { warmUp: [] as number[], up: [] as number[], down: [] as number[] };
  const acknowledged: string[] = [];
  const stop = new AbortController();
  const services: ScoringProgram[] = [];
  const start = (settings: Record<string, string>): ScoringProgram => {
    const service = ScoringProgram.start(settings);
    services.push(service);
    return service;
  };
  try {
    await azurite.client().createContainer("predictions");
    await writeCostModel(`${folder}/model`);
    const location = azurite.signedUrl("predictions");
    const settings = {
      MLOPS_MODEL_DIRECTORY: `${folder}/model`,
      MLOPS_PREDICTION_LOG: location,
      MLOPS_PREDICTION_LOG_FLUSH_MS: "200",
      MLOPS_SPOOL: `${folder}/spool`,
    };
    const first = start(settings);
    const url = `http://127.0.0.1:${await first.port()}`;
    let phase: keyof typeof latencies = "warmUp";
    const running = Array.from({ length: clients }, (_, index) =>
      new Client(`client-${index}`, url).run(
        (id, ms) => {
          acknowledged.push(id);
          latencies[phase].push(ms);
        },
        stop.signal,
        thinkMs,
      ),
    );
    await sleep(warmUpMs);
    phase = "up";
    await sleep(upMs);
    azurite.pause();
    phase = "down";
    await sleep(downMs);
    await first.kill();
    stop.abort();
    await Promise.all(running);
    await azurite.resume();
    const second = start(settings);
    await second.port();
    const records = await awaitRecords(location, acknowledged);
    const copies = [...records.values()].filter(({ length }) => length > 1);
    return {
      acknowledged: acknowledged.length,
      found: acknowledged.filter((id) => records.has(id)).length,
      repeated: copies.length,
      repeatedDiffer: copies.filter((lines) => new Set(lines).size > 1).length,
      p50Ms: { up: quantile(latencies.up, 0.5), down: quantile(latencies.down, 0.5) },
      p99Ms: { up: quantile(latencies.up, 0.99), down: quantile(latencies.down, 0.99) },
    };
  } finally {
    stop.abort();
    await Promise.all(services.map((service) => service.kill()));
    await azurite.stop();
  }
}
