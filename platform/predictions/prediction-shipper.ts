import { unlink } from "node:fs/promises";
import { systemErrorCode } from "../base/errors";
import type { SegmentSink } from "./prediction-sink";
import type { Segment } from "./prediction-spool";
import { reasonOf } from "../base/errors";

export interface ShipperOptions {
  readonly sink: SegmentSink;
  /** Name of the log, for messages. */
  readonly name: string;
  readonly report: (message: string) => void;
  /** First pause after a failure, in milliseconds; it doubles from attempt to attempt. */
  readonly pauseMs: number;
}

const longestPauseMs = 30_000;

/** Moves sealed segments to the storage, oldest first and one at a time, retrying until the storage has them. */
export class SegmentShipper {
  /** Records that are in the storage. */
  written = 0;
  /** Records in segments that were dropped. */
  dropped = 0;
  /** Attempts that failed. */
  failed = 0;
  /** Bytes of all waiting segments, including the one being stored. */
  bytes = 0;
  private readonly waiting: Segment[] = [];
  private underWay: Promise<boolean> | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** Failed attempts since the last one that worked. */
  private failures = 0;
  private stopped = false;

  constructor(private readonly options: ShipperOptions) {}

  /** Whether nothing is waiting, so that another segment would be stored at once. */
  get idle(): boolean {
    return this.waiting.length === 0;
  }

  /** Records that wait. */
  get records(): number {
    return this.waiting.reduce((sum, { records }) => sum + records, 0);
  }

  add(segment: Segment): void {
    this.waiting.push(segment);
    this.bytes += segment.bytes;
    if (this.failures === 0) void this.ship();
  }

  /** Adds what an earlier process left, which is older than everything that is waiting. */
  addOlder(segments: readonly Segment[]): void {
    this.waiting.splice(this.underWay === undefined ? 0 : 1, 0, ...segments);
    for (const { bytes } of segments) this.bytes += bytes;
    if (this.failures === 0 && !this.idle) void this.ship();
  }

  /** Drops the oldest segments, but not the one being stored, until at most so many bytes are waiting. */
  shrinkTo(maxBytes: number): void {
    while (this.bytes > maxBytes) {
      const [segment] = this.waiting.splice(this.underWay === undefined ? 0 : 1, 1);
      if (segment === undefined) return;
      this.dropped += segment.records;
      void this.remove(segment);
    }
  }

  /** Stores until nothing is waiting, or until an attempt fails (then false). Joins a run under way. Never rejects. */
  ship(): Promise<boolean> {
    clearTimeout(this.timer);
    this.underWay ??= this.shipAll().finally(() => {
      this.underWay = undefined;
      if (!this.idle && !this.stopped) this.tryLater();
    });
    return this.underWay;
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async shipAll(): Promise<boolean> {
    for (let [segment] = this.waiting; segment !== undefined; [segment] = this.waiting) {
      try {
        const stored = await this.options.sink.store(segment);
        this.waiting.shift();
        if (stored) this.written += segment.records;
        else this.lose(segment);
        await this.remove(segment);
      } catch (error) {
        this.fail(reasonOf(error));
        return false;
      }
      if (this.failures > 0) {
        this.failures = 0;
        this.options.report(`The prediction log ${this.options.name} can be written again.`);
      }
    }
    return true;
  }

  private lose({ file, records }: Segment): void {
    this.dropped += records;
    this.options.report(
      `${file}, a part of the prediction log ${this.options.name}, is damaged or gone; ${records} records are lost.`,
    );
  }

  private fail(reason: string): void {
    this.failed += 1;
    this.failures += 1;
    if (this.failures > 1) return;
    this.options.report(
      `The prediction log ${this.options.name} cannot be written: ${reason} Records stay on the spool and are retried.`,
    );
  }

  private tryLater(): void {
    const pauseMs = Math.min(this.options.pauseMs * 2 ** this.failures, longestPauseMs);
    this.timer = setTimeout(() => void this.ship(), pauseMs);
    // Does not keep a finished process alive: that closes the log.
    this.timer.unref();
  }

  private async remove({ file, bytes }: Segment): Promise<void> {
    this.bytes -= bytes;
    try {
      await unlink(file);
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT") return;
      const reason = reasonOf(error);
      this.options.report(`${file} cannot be removed from the spool: ${reason} Remove it by hand.`);
    }
  }
}
