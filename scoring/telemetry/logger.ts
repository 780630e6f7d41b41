import { write as writeFile, writeSync } from "node:fs";
import pino, { type Logger } from "pino";
import { systemErrorCode } from "../../platform/errors";

/** Characters of lines that are written together. */
const pieceLength = 131_072;
/** Longest time that a line waits, in milliseconds. */
const flushMs = 250;
/** Pause before a write is tried again that the reader had no room for, in milliseconds. */
const retryMs = 20;
/** Characters that may wait for a reader that does not read; lines beyond it are left out and counted. */
const mostWaiting = 8 * 1024 * 1024;
/** Longest time that the end of the process waits for the reader, in milliseconds. */
const endMs = 500;

/** Lines on their way to a file descriptor. No request waits for one, and neither does the end of the process for long. */
export class LineWriter {
  private waiting = "";
  private piece: Buffer | undefined;
  private leftOut = 0;
  private readonly flushed: (() => void)[] = [];

  constructor(private readonly descriptor: number) {
    setInterval(() => this.start(), flushMs).unref();
    process.once("exit", () => this.end());
  }

  write(line: string): void {
    if (this.waiting.length > mostWaiting) {
      this.leftOut += 1;
      return;
    }
    // Joined when it is written: the length of what waits need not be counted in bytes with every line.
    this.waiting += line;
    if (this.waiting.length >= pieceLength) this.start();
  }

  /** Calls back when all that was written before is out, or nobody reads it. */
  flush(done?: () => void): void {
    if (done !== undefined) this.flushed.push(done);
    this.start();
  }

  private start(): void {
    if (this.piece !== undefined) return;
    if (this.leftOut > 0) {
      this.waiting += `{"level":40,"time":${Date.now()},"msg":"${this.leftOut} lines are left out: the log is not read fast enough."}\n`;
      this.leftOut = 0;
    }
    if (this.waiting === "") {
      for (const done of this.flushed.splice(0)) done();
      return;
    }
    this.piece = Buffer.from(this.waiting);
    this.waiting = "";
    this.send();
  }

  private send(): void {
    const { piece } = this;
    if (piece === undefined) return;
    writeFile(this.descriptor, piece, 0, piece.length, null, (error, written) => {
      if (error?.code === "EAGAIN") {
        setTimeout(() => this.send(), retryMs).unref();
        return;
      }
      // Any other failure is for good: the reader is gone, and with it the sense of these lines.
      this.piece = error || written === piece.length ? undefined : piece.subarray(written);
      if (this.piece === undefined) {
        if (this.waiting !== "" || this.flushed.length > 0) this.start();
      } else this.send();
    });
  }

  /** Writes what waits before the process ends. A piece under way has a thread of its own and needs a moment only. */
  private end(): void {
    const deadline = performance.now() + endMs;
    const clock = new Int32Array(new SharedArrayBuffer(4));
    if (this.piece !== undefined) Atomics.wait(clock, 0, 0, retryMs);
    let rest = Buffer.from(this.waiting);
    this.waiting = "";
    while (rest.length > 0 && performance.now() < deadline) {
      try {
        rest = rest.subarray(writeSync(this.descriptor, rest));
      } catch (error) {
        if (systemErrorCode(error) !== "EAGAIN") return;
        Atomics.wait(clock, 0, 0, 1);
      }
    }
  }
}

/**
 * The service's own log: lines of JSON on standard output, written in pieces. What is not written yet is written when the
 * process exits; `kill -9` loses a quarter of a second at most.
 */
export function openLogger(level: string): Logger {
  return pino({ level }, new LineWriter(1));
}
