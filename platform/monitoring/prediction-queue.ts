import type { PredictionRecord } from "./prediction-record";

/** Records that are written as one file. */
export interface PredictionBatch {
  readonly path: string;
  /** Lines of JSON, each with its line feed. */
  readonly content: string;
  readonly records: number;
}

interface WaitingLine {
  readonly hour: string;
  readonly time: string;
  readonly line: string;
  readonly bytes: number;
}

export interface PredictionQueueOptions {
  /** Where the batches' paths begin. */
  readonly folder: string;
  /** Tells this writer's files from those of every other. */
  readonly writer: string;
  readonly batchRecords: number;
  readonly mostRecords: number;
  readonly mostBytes: number;
}

/** Records waiting to be written, bounded in number and size; when there is no room the oldest are dropped. */
export class PredictionQueue {
  private readonly lines: WaitingLine[] = [];
  private bytes = 0;
  private batch: PredictionBatch | undefined;
  private sequence = 0;
  private lost = 0;

  constructor(private readonly options: PredictionQueueOptions) {}

  /** Records not yet in the storage, those of the current batch among them. */
  get pending(): number {
    return this.lines.length + (this.batch?.records ?? 0);
  }

  get dropped(): number {
    return this.lost;
  }

  /** Takes a copy of a record, as text, so that what is done to it afterwards changes nothing. */
  add(record: PredictionRecord): void {
    const time = new Date(record.time).toISOString();
    const line = `${JSON.stringify(record)}\n`;
    const bytes = Buffer.byteLength(line);
    this.lines.push({ hour: `date=${time.slice(0, 10)}/hour=${time.slice(11, 13)}`, time, line, bytes });
    this.bytes += bytes;
    while (this.lines.length > this.options.mostRecords || this.bytes > this.options.mostBytes) {
      this.bytes -= this.lines.shift()?.bytes ?? 0;
      this.lost += 1;
    }
  }

  /**
   * The batch to write. It stays the same, under the same path, until `written` is called: a batch that is written
   * twice replaces itself, so that no record is ever there twice.
   */
  current(): PredictionBatch | undefined {
    const [first] = this.lines;
    if (this.batch !== undefined || first === undefined) return this.batch;
    const otherHour = this.lines.findIndex(({ hour }) => hour !== first.hour);
    const end = otherHour < 0 ? this.lines.length : otherHour;
    const taken = this.lines.splice(0, Math.min(end, this.options.batchRecords));
    for (const { bytes } of taken) this.bytes -= bytes;
    this.batch = {
      path: `${this.options.folder}/${first.hour}/${this.fileName(first.time)}`,
      content: taken.map(({ line }) => line).join(""),
      records: taken.length,
    };
    return this.batch;
  }

  /** The current batch is in the storage. */
  written(): void {
    this.batch = undefined;
  }

  /** Counts a record that was not taken. */
  refuse(): void {
    this.lost += 1;
  }

  /** Gives up all that waits. */
  abandon(): void {
    this.lost += this.pending;
    this.lines.length = 0;
    this.bytes = 0;
    this.batch = undefined;
  }

  private fileName(time: string): string {
    this.sequence += 1;
    const compact = time.replaceAll(/[-:.]/g, "");
    return `${compact}-${this.options.writer}-${String(this.sequence).padStart(6, "0")}.jsonl`;
  }
}
