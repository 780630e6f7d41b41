import { hourMs } from "../base/durations";
import { randomUUID } from "node:crypto";
import path from "node:path";
import { digestOf } from "../base/files";
import type { PredictionSource, ScoredRequest } from "./prediction-frames";
import { removeOldPartitions } from "./prediction-retention";
import { SegmentShipper } from "./prediction-shipper";
import type { SegmentSink } from "./prediction-sink";
import { PredictionSpool } from "./prediction-spool";
import { reasonOf } from "../base/errors";

export interface PredictionLogOptions {
  /** Takes the records to where the log is kept. */
  readonly sink: SegmentSink;
  /** Where that is; logs of different places have spools of their own. */
  readonly location: string;
  /** Folder of the spools, on a disk of this machine. */
  readonly spool: string;
  readonly environment: string;
  /** The model's name, without a version. */
  readonly model: string;
  /** Called with a sentence when the storage fails, when it works again, and when records are lost. */
  readonly report: (message: string) => void;
  /** Longest time a record waits on the spool while the storage works, in milliseconds. */
  readonly flushMs?: number;
  /** Fraction of requests to log, 0..1; the request's id alone decides which. */
  readonly sample?: number;
  /** The most bytes that this process keeps on the spool; beyond that the oldest records are dropped. */
  readonly maxSpoolBytes?: number;
  /** The most bytes in a segment; its file of text is about twice as long. */
  readonly segmentBytes?: number;
  /** A write to the spool that takes longer switches the spool off for a while, in milliseconds. */
  readonly slowWriteMs?: number;
  /** Longest time `close` waits for the storage, in milliseconds. */
  readonly closeMs?: number;
  /** Folder of the log and days after which its partitions are removed; without it they stay. */
  readonly retention?: { readonly folder: string; readonly days: number };
}

/** Counts since the log was opened. */
export interface PredictionLogCounts {
  /** Records on the spool, or past it. */
  readonly accepted: number;
  readonly written: number;
  /** Records dropped because the spool was full, refused a write, or was slow. */
  readonly dropped: number;
  readonly sampledOut: number;
  readonly spooledBytes: number;
  /** Attempts to store that failed. */
  readonly failed: number;
}

/** Records predictions without ever delaying or failing a request. */
export interface PredictionLog {
  /**
   * Puts a scored request on the spool. Never throws or rejects; once the promise resolves (or at once, if there is none)
   * the record survives the end of the process.
   */
  append(source: PredictionSource, request: ScoredRequest): Promise<void> | undefined;
  /** Stores everything that is waiting, now. False when the storage refuses; the records then stay on the spool. */
  flush(): Promise<boolean>;
  /** Stores what is waiting, if the storage takes it soon. The rest stays on the spool for the next process. */
  close(): Promise<void>;
  readonly counts: PredictionLogCounts;
}

const mebibyte = 1024 * 1024;
/** Records per write. With more, responses would wait for one another while their clients sit idle. */
const maxTogether = 8;
/** How long the spool is left alone after it failed or was slow. */
const restMs = 5000;
const heartbeatMs = 10_000;

/** FNV-1a: the same id gives the same fraction in every process and version. */
export function sampleOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index++) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  // The last characters change only the low bits, so these are mixed into the high ones.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** Records that one write is for: those of a turn of the event loop, or the first of them. */
class Together {
  records = 0;
  readonly written: Promise<void>;
  private resolve: (() => void) | undefined;
  private readonly timer: NodeJS.Immediate;

  constructor(write: () => void) {
    this.written = new Promise((resolve) => (this.resolve = resolve));
    this.timer = setImmediate(write);
  }

  done(): void {
    clearImmediate(this.timer);
    this.resolve?.();
  }
}

class SpooledPredictionLog implements PredictionLog {
  private readonly name: string;
  private readonly spool: PredictionSpool;
  private readonly shipper: SegmentShipper;
  private readonly sample: number;
  private readonly flushMs: number;
  private readonly slowWriteMs: number;
  private readonly timers: NodeJS.Timeout[] = [];
  private flushTimer: NodeJS.Timeout | undefined;
  /** The records that the next write takes together. */
  private together: Together | undefined;
  private refused = 0;
  private sampledOut = 0;
  private restUntil = 0;
  private reportedDrops = 0;
  private closed = false;
  private isClockDoubted = false;

  constructor(private readonly options: PredictionLogOptions) {
    const { environment, model, sink, report, spool, location } = options;
    this.name = `${environment}/${model}`;
    this.sample = options.sample ?? 1;
    this.flushMs = options.flushMs ?? 1000;
    this.slowWriteMs = options.slowWriteMs ?? 250;
    const maxBytes = options.maxSpoolBytes ?? 256 * mebibyte;
    const segmentBytes = Math.min(options.segmentBytes ?? 8 * mebibyte, Math.floor(maxBytes / 4));
    this.shipper = new SegmentShipper({ sink, name: this.name, report, pauseMs: this.flushMs });
    this.spool = new PredictionSpool({
      folder: path.join(spool, digestOf(`${location}\n${this.name}`).slice(0, 16)),
      prefix: this.name,
      writer: randomUUID().slice(0, 8),
      segmentBytes,
      onSealed: (segment) => {
        this.shipper.add(segment);
        this.shipper.shrinkTo(maxBytes - segmentBytes);
        this.mentionDrops();
      },
    });
    void this.housekeep();
    this.every(heartbeatMs, () => this.housekeep());
    this.every(hourMs, () => this.removeOld());
    void this.removeOld();
  }

  get counts(): PredictionLogCounts {
    const { written, failed } = this.shipper;
    return {
      accepted: this.spool.counts.accepted,
      written,
      dropped: this.dropped,
      sampledOut: this.sampledOut,
      spooledBytes: this.shipper.bytes + this.spool.openBytes,
      failed,
    };
  }

  private get dropped(): number {
    return this.refused + this.spool.counts.lost + this.shipper.dropped;
  }

  append(source: PredictionSource, request: ScoredRequest): Promise<void> | undefined {
    if (this.sample < 1 && sampleOf(request.id) >= this.sample) {
      this.sampledOut += 1;
      return undefined;
    }
    if (this.closed || (this.restUntil > 0 && performance.now() < this.restUntil)) {
      this.refused += 1;
      return undefined;
    }
    const kept = this.spooled(() => this.spool.append(source, request));
    if (!kept) {
      this.refused += 1;
      return undefined;
    }
    this.flushTimer ??= setTimeout(() => this.sealWhenDue(), this.flushMs).unref();
    const together = (this.together ??= new Together(() => this.write()));
    together.records += 1;
    if (together.records >= maxTogether) this.write();
    return together.written;
  }

  private write(): void {
    const { together } = this;
    this.together = undefined;
    this.spooled(() => this.spool.write());
    together?.done();
  }

  async flush(): Promise<boolean> {
    this.spooled(() => this.spool.seal());
    let stored: boolean;
    // The round under way may no longer look for more; then another one is needed.
    do stored = await this.shipper.ship();
    while (stored && !this.shipper.idle);
    return stored;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    for (const timer of [...this.timers, this.flushTimer]) clearTimeout(timer);
    let expired: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      expired = setTimeout(() => resolve(false), this.options.closeMs ?? 5000);
    });
    await Promise.race([this.flush(), late]);
    clearTimeout(expired);
    this.shipper.stop();
    await this.options.sink.close();
    const { records } = this.shipper;
    if (records > 0) {
      this.options.report(
        `Records of the prediction log ${this.name} left on the spool: ${records}. The next process stores them.`,
      );
    }
    this.reportDrops();
    await this.guarded(() => this.spool.leave());
  }

  /** While the storage is behind, segments grow to their full size instead of becoming many. */
  private sealWhenDue(): void {
    this.flushTimer = undefined;
    if (this.shipper.idle) this.spooled(() => this.spool.seal());
    else this.flushTimer = setTimeout(() => this.sealWhenDue(), this.flushMs).unref();
  }

  /** Runs work on the spool; if it fails or is slow, the spool is left alone for a while. */
  private spooled(action: () => void): boolean {
    const begun = performance.now();
    try {
      action();
    } catch (error) {
      this.rest(begun, reasonOf(error));
      return false;
    }
    const ms = performance.now() - begun;
    if (ms > this.slowWriteMs) this.rest(begun + ms, `a write took ${Math.round(ms)} ms.`);
    return true;
  }

  private rest(now: number, reason: string): void {
    this.restUntil = now + restMs;
    this.options.report(
      `The spool of the prediction log ${this.name} fails: ${reason} Requests are still answered, but not logged for ${restMs / 1000} s. Check the disk of ${this.spool.directory}.`,
    );
  }

  private every(ms: number, action: () => Promise<void>): void {
    this.timers.push(setInterval(() => void action(), ms).unref());
  }

  private async housekeep(): Promise<void> {
    await this.guarded(async () => {
      await this.spool.touch();
      this.shipper.addOlder(await this.spool.adopt());
    });
  }

  private async removeOld(): Promise<void> {
    const { retention } = this.options;
    if (retention === undefined) return;
    await this.guarded(async () => {
      const folder = path.join(retention.folder, this.name);
      const notice = await removeOldPartitions(folder, retention.days, new Date());
      if (notice !== undefined && !this.isClockDoubted)
        this.options.report(`The prediction log ${this.name} is not tidied up. ${notice}`);
      // Once is enough: it is looked at each hour.
      this.isClockDoubted = notice !== undefined;
    });
  }

  private async guarded(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      const reason = reasonOf(error);
      this.options.report(`The prediction log ${this.name} cannot be tidied up: ${reason}`);
    }
  }

  /** Reports the first lost record, then each time the number has doubled. */
  private mentionDrops(): void {
    if (this.dropped > 0 && this.dropped >= 2 * this.reportedDrops) this.reportDrops();
  }

  private reportDrops(): void {
    if (this.dropped === this.reportedDrops) return;
    this.reportedDrops = this.dropped;
    this.options.report(`Records lost by the prediction log ${this.name} so far: ${this.dropped}.`);
  }
}

/** Opens the log of one process for one model in one environment. Records go to files by the hour of their time. */
export function openPredictionLog(options: PredictionLogOptions): PredictionLog {
  return new SpooledPredictionLog(options);
}
