import { randomUUID } from "node:crypto";
import type { Storage } from "../storage/storage";
import { PredictionQueue } from "./prediction-queue";
import type { PredictionRecord } from "./prediction-record";
import { parsePredictionRecord } from "./prediction-record";

export interface PredictionLogOptions {
  readonly storage: Storage;
  readonly environment: string;
  /** The model's name, without a version. */
  readonly model: string;
  /** Is told, in a sentence, that the storage fails, that it works again, and what was lost. */
  readonly report: (message: string) => void;
  /** Longest time a record waits before it is written, in milliseconds. */
  readonly flushMs?: number;
  /** Records in one file at most; that many do not wait. */
  readonly batchRecords?: number;
  /** Records that may wait, besides the batch being written; beyond it the oldest are dropped. */
  readonly mostQueuedRecords?: number;
  /** The same in bytes of JSON. */
  readonly mostQueuedBytes?: number;
}

/** Keeps what was predicted, without ever delaying or failing a request. */
export interface PredictionLog {
  /** Takes a record; never throws and never waits. */
  append(record: PredictionRecord): void;
  /** Writes all that waits, now. Throws when the storage refuses; the records are kept and tried again later. */
  flush(): Promise<void>;
  /** Writes what waits, trying once, and stops. What the storage refuses then is lost, and reported. Never throws. */
  close(): Promise<void>;
  /** Records lost so far. */
  readonly dropped: number;
}

const longestPauseMs = 30_000;

/** The prediction log of one process: records go to files by hour, `<environment>/<model>/date=.../hour=.../`. */
class BatchedPredictionLog implements PredictionLog {
  private readonly name: string;
  private readonly queue: PredictionQueue;
  private readonly flushMs: number;
  private readonly batchRecords: number;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<Error | undefined> | undefined;
  /** Failed attempts since the last one that worked. */
  private failures = 0;
  private reportedDrops = 0;
  private closed = false;

  constructor(private readonly options: PredictionLogOptions) {
    this.name = `${options.environment}/${options.model}`;
    this.flushMs = options.flushMs ?? 1000;
    this.batchRecords = options.batchRecords ?? 500;
    this.queue = new PredictionQueue({
      folder: this.name,
      writer: randomUUID().slice(0, 8),
      batchRecords: this.batchRecords,
      mostRecords: options.mostQueuedRecords ?? 10_000,
      mostBytes: options.mostQueuedBytes ?? 32 * 1024 * 1024,
    });
  }

  get dropped(): number {
    return this.queue.dropped;
  }

  append(record: PredictionRecord): void {
    if (this.closed) {
      this.queue.refuse();
      return;
    }
    try {
      this.queue.add(record);
    } catch (error) {
      this.queue.refuse();
      this.options.report(`A record of the prediction log ${this.name} is lost: ${asError(error).message}`);
    }
    if (this.dropped > 0 && this.reportedDrops === 0) this.reportDrops();
    if (this.failures === 0 && this.queue.pending >= this.batchRecords) void this.write();
    else this.schedule();
  }

  async flush(): Promise<void> {
    const error = await this.writeEverything();
    if (error !== undefined) throw error;
  }

  async close(): Promise<void> {
    this.closed = true;
    const error = await this.writeEverything();
    clearTimeout(this.timer);
    if (error !== undefined) this.queue.abandon();
    if (this.dropped > this.reportedDrops) this.reportDrops();
  }

  /** A write under way may be past the point where it looks for more; then another one is needed. */
  private async writeEverything(): Promise<Error | undefined> {
    let error: Error | undefined;
    do error = await this.write();
    while (error === undefined && this.queue.pending > 0);
    return error;
  }

  /** Writes until nothing waits or the storage refuses; joins a write that is under way. Never rejects. */
  private write(): Promise<Error | undefined> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.writing ??= this.writeBatches().finally(() => {
      this.writing = undefined;
      if (this.queue.pending > 0 && !this.closed) this.schedule();
    });
    return this.writing;
  }

  private async writeBatches(): Promise<Error | undefined> {
    for (let batch = this.queue.current(); batch !== undefined; batch = this.queue.current()) {
      try {
        await this.options.storage.put(batch.path, batch.content);
      } catch (thrown) {
        const error = asError(thrown);
        this.failures += 1;
        if (this.failures === 1) {
          this.options.report(
            `The prediction log ${this.name} cannot be written: ${error.message} Records are kept and tried again.`,
          );
        }
        return error;
      }
      this.queue.written();
      if (this.failures > 0) this.reportRecovery();
    }
    return undefined;
  }

  /** After a failure the pause doubles from attempt to attempt. */
  private schedule(): void {
    if (this.timer !== undefined || this.writing !== undefined) return;
    const pauseMs =
      this.failures === 0 ? this.flushMs : Math.min(this.flushMs * 2 ** this.failures, longestPauseMs);
    this.timer = setTimeout(() => void this.write(), pauseMs);
    // A process that is done is not kept alive: it closes the log.
    this.timer.unref();
  }

  private reportRecovery(): void {
    this.failures = 0;
    this.options.report(`The prediction log ${this.name} is written again.`);
    if (this.dropped > this.reportedDrops) this.reportDrops();
  }

  private reportDrops(): void {
    this.reportedDrops = this.dropped;
    this.options.report(`Records lost by the prediction log ${this.name} so far: ${this.dropped}.`);
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** Opens the log of one process for one model in one environment. Records go to files by the hour of their time. */
export function openPredictionLog(options: PredictionLogOptions): PredictionLog {
  return new BatchedPredictionLog(options);
}

/** Which records to read. */
export interface PredictionLogQuery {
  readonly environment: string;
  /** The model's name; its versions share a log. */
  readonly model: string;
  /** Inclusive. */
  readonly from?: Date;
  /** Exclusive. */
  readonly to?: Date;
  /** Is told, in a sentence, of each line that is left out because it is not a whole record. */
  readonly report: (message: string) => void;
}

/** The hour ("2026-11-21T00") of a file of the log, from its path. */
function hourOf(file: string): string | undefined {
  const match = /date=(\d{4}-\d{2}-\d{2})\/hour=(\d{2})\/[^/]+\.jsonl$/.exec(file);
  return match ? `${match[1]}T${match[2]}` : undefined;
}

/** Records of the log: hour by hour, within an hour file by file, within a file as they were appended. */
export async function* readPredictionLog(
  storage: Storage,
  { environment, model, from, to, report }: PredictionLogQuery,
): AsyncIterable<PredictionRecord> {
  const firstHour = from?.toISOString().slice(0, 13) ?? "";
  const lastHour = to?.toISOString().slice(0, 13) ?? "9";
  for (const file of await storage.list(`${environment}/${model}/`)) {
    const hour = hourOf(file);
    if (hour === undefined || hour < firstHour || hour > lastHour) continue;
    const lines = new TextDecoder().decode(await storage.get(file)).split("\n");
    if (lines.at(-1) === "") lines.pop();
    for (const [index, line] of lines.entries()) {
      const record = parsePredictionRecord(line);
      if (record === undefined) {
        report(`Line ${index + 1} of ${file} is not a whole prediction record; it is left out.`);
        continue;
      }
      const time = Date.parse(record.time);
      if (time >= (from?.getTime() ?? -Infinity) && time < (to?.getTime() ?? Infinity)) yield record;
    }
  }
}
